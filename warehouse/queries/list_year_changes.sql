-- The builds at which the totals of a tax year changed; `$tax_year` NULL: of every year.
SELECT build_number, published_at, as_of, tax_year, changes, causes, net_gain_usd, ordinary_income_usd, inputs_hash, program
FROM tax.year_history
WHERE is_changed AND ($tax_year::INTEGER IS NULL OR tax_year = $tax_year::INTEGER)
ORDER BY build_number, tax_year
