-- The disposals with a known gain of a year; `$tax_year` NULL: of every year.
SELECT
    tax_year, disposed_at, account, asset, quantity, acquired_at, term, proceeds_usd, cost_usd, gain_usd, method, kind,
    disposal_id, lot_id, transaction_id
FROM lots.disposals
WHERE gain_usd IS NOT NULL AND ($tax_year::INTEGER IS NULL OR tax_year = $tax_year::INTEGER)
ORDER BY disposed_at, disposal_id
