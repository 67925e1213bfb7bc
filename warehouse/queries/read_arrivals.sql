-- What came in as a new lot since an instant.
SELECT account, asset, origin, acquired_at, quantity
FROM lots.lots
WHERE acquired_at > $since AND acquired_at <= $as_of
ORDER BY acquired_at, lot_id
