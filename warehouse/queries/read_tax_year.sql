-- One year of the tax summary.
SELECT * FROM tax.year_summary WHERE tax_year = $tax_year
