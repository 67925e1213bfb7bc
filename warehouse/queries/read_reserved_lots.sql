-- Units that the journal has identified and that nothing has used yet, in the order in which they were written down.
SELECT account, asset, lot_id, quantity - used_quantity AS quantity, purpose, transaction_id, is_broker_told, state
FROM lots.identifications
WHERE kind = 'lots' AND state IN ('waiting', 'partly_used', 'later') AND quantity > used_quantity
ORDER BY entry_number, rowid
