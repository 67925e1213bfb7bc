-- What each account holds of each coin in open lots that are not on the way.
SELECT account, asset, sum(quantity)::DECIMAL(38, 18) AS held_quantity
FROM lots.open_lots
WHERE NOT is_in_transit
GROUP BY account, asset
ORDER BY account, asset
