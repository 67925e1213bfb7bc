-- What turns long-term when: the short-term lots, those of one day, account and coin in one row.
SELECT
    long_from_date,
    min(days_to_long_term) AS days_to_long_term,
    account,
    asset,
    count(*) AS lot_count,
    sum(quantity)::DECIMAL(38, 18) AS quantity,
    CASE WHEN count(*) = count(unrealized_usd) THEN sum(unrealized_usd)::DECIMAL(38, 8) END AS unrealized_usd
FROM harvest.lot_values
WHERE term = 'short'
GROUP BY long_from_date, account, asset
ORDER BY long_from_date, account, asset
