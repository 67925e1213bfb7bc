-- What came in as a new lot since an instant; what was carried over came in before.
SELECT account, asset, origin, acquired_at, quantity
FROM lots.lots
WHERE origin <> 'carried' AND acquired_at > $since AND acquired_at <= $as_of
ORDER BY acquired_at, lot_id
