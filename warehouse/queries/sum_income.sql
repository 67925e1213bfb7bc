-- Income of a year by kind and line of the return; `$tax_year` NULL: of every year.
SELECT
    tax_year, kind, form_line,
    sum(income_count)::BIGINT AS income_count,
    sum(value_usd)::DECIMAL(38, 8) AS value_usd,
    sum(unvalued_count)::BIGINT AS unvalued_count,
    count(DISTINCT month) AS months
FROM tax.income_totals
WHERE $tax_year::INTEGER IS NULL OR tax_year = $tax_year::INTEGER
GROUP BY tax_year, kind, form_line
ORDER BY tax_year, form_line, kind
