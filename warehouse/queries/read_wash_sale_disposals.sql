-- Every disposal: losses to look at, and what else was taken from the lots that might replace them.
SELECT disposal_id, lot_id, asset, account, acquired_at, disposed_at, quantity, gain_usd, tax_year
FROM lots.disposals
ORDER BY disposed_at, disposal_id
