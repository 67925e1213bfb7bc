-- lots.events as the lot engine reads them, with the lots that were identified for each. Carries of one instant follow
-- each other by their words: a word is the place at which the carry was booked, in twelve digits, and its name.
WITH identified AS (
    SELECT event_id, string_agg(lot_id || ':' || u.quantity, ' ' ORDER BY entry_number, lot_id) AS lots,
        max(identified_at) AS identified_at, bool_and(is_broker_told) AS is_broker_told
    FROM lots.identification_uses AS u JOIN lots.identifications USING (entry_number, lot_id)
    GROUP BY event_id
), places AS (
    SELECT carry_id, min(rowid) AS place FROM lots.events WHERE carry_id IS NOT NULL GROUP BY carry_id
)
SELECT event_id, occurred_at, account, asset, event AS kind, quantity, value_usd, to_account, acquired_at,
    CASE WHEN event = 'acquire' AND kind = 'gift' THEN fair_value_usd END AS fair_value_usd,
    CASE WHEN fee_quantity > 0 THEN fee_quantity END AS fee_quantity, arrived_at,
    CASE WHEN event = 'acquire' AND carry_id IS NULL THEN kind END AS origin,
    CASE WHEN event = 'dispose' AND carry_id IS NULL THEN kind END AS purpose,
    lots, identified_at, is_broker_told,
    printf('%012d/', place) || carry_id AS carry
FROM lots.events LEFT JOIN identified USING (event_id) LEFT JOIN places USING (carry_id)
WHERE event <> 'unexplained'
