-- Where a venue's own balance and the books differ.
SELECT account, asset, computed_quantity, venue_quantity
FROM quality.balances
WHERE difference <> 0
ORDER BY account, asset
