-- The lots that can replace what was sold at a loss: bought or swapped for, in the book or by the person's word. Income and gifts replace nothing.
SELECT lot_id, asset, account, acquired_at, quantity, cost_usd
FROM lots.lots
WHERE origin IN ('trade', 'wrap', 'bought', 'opening')
ORDER BY acquired_at, lot_id
