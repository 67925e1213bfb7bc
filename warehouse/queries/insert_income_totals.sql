-- From tax.income to tax.income_totals. `$is_us`: whether the lines are those of a US return.
INSERT INTO tax.income_totals BY NAME
WITH told AS (
    SELECT
        i.tax_year, month(timezone($time_zone, i.received_at))::INTEGER AS month, i.kind, p.is_cash AS is_money,
        ($mining_is_business AND i.kind = 'mining') OR list_contains($business_accounts, i.account) AS is_business,
        i.value_usd
    FROM tax.income AS i JOIN ledger.postings AS p USING (posting_id)
)
SELECT
    tax_year, month, kind, is_money, is_business,
    CASE
        WHEN NOT $is_us THEN NULL
        WHEN is_business THEN 'Schedule C'
        WHEN NOT is_money THEN 'Schedule 1 line 8v'
        WHEN kind = 'interest' THEN 'Form 1040 line 2b'
        ELSE 'Schedule 1 line 8z'
    END AS form_line,
    count(*) AS income_count,
    coalesce(sum(value_usd), 0)::DECIMAL(38, 8) AS value_usd,
    count(*) FILTER (value_usd IS NULL) AS unvalued_count
FROM told
GROUP BY ALL
ORDER BY ALL
