-- Gains by year, account and term; `$tax_year` NULL: every year. Sums are of disposals whose gain is known;
-- unproven_count says how many are in none of them.
SELECT
    tax_year,
    account,
    term,
    count(*) AS disposal_count,
    coalesce(sum(proceeds_usd) FILTER (gain_usd IS NOT NULL), 0)::DECIMAL(38, 8) AS proceeds_usd,
    coalesce(sum(cost_usd) FILTER (gain_usd IS NOT NULL), 0)::DECIMAL(38, 8) AS cost_usd,
    coalesce(sum(gain_usd), 0)::DECIMAL(38, 8) AS gain_usd,
    count(*) FILTER (gain_usd IS NULL AND is_taxable) AS unproven_count
FROM lots.disposals
WHERE $tax_year::INTEGER IS NULL OR tax_year = $tax_year::INTEGER
GROUP BY tax_year, account, term
ORDER BY tax_year, account, term DESC
