-- The harvest candidates of this build, added up as the record keeps them.
SELECT
    account,
    asset,
    coalesce(term, 'none') AS term,
    status,
    count(*) AS lot_count,
    count(*) - count(unrealized_usd) AS unknown_count,
    sum(quantity)::DECIMAL(38, 18) AS quantity,
    coalesce(sum(unrealized_usd), 0)::DECIMAL(38, 8) AS unrealized_usd
FROM harvest.candidates
GROUP BY ALL
ORDER BY account, asset, term, status
