-- Units that the journal has identified and that nothing has used yet, by account, coin and lot.
SELECT account, asset, lot_id, sum(quantity - used_quantity) AS quantity
FROM lots.identifications
WHERE kind = 'lots' AND state IN ('waiting', 'partly_used', 'later')
GROUP BY account, asset, lot_id
ORDER BY account, asset, lot_id
