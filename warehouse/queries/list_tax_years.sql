-- What the tax years come to; `$tax_year` NULL: every year.
SELECT
    *,
    (carryover_short_used_usd + carryover_long_used_usd)::DECIMAL(38, 8) AS carryover_used_usd,
    (carryover_short_out_usd + carryover_long_out_usd)::DECIMAL(38, 8) AS carryover_out_usd
FROM tax.year_summary
WHERE $tax_year::INTEGER IS NULL OR tax_year = $tax_year::INTEGER
ORDER BY tax_year
