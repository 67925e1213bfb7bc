-- The lots that can replace what was sold at a loss: bought or swapped for. Income and gifts replace nothing.
SELECT lot_id, asset, account, acquired_at, quantity, cost_usd
FROM lots.lots
WHERE origin IN ('trade', 'wrap')
ORDER BY acquired_at, lot_id
