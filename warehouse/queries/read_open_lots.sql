-- Every open lot, and where it came from; of a gift that had lost value also its value when given, and when that was.
WITH gifts AS (
    SELECT event_id AS lot_id, fair_value_usd, occurred_at FROM lots.events
    WHERE event = 'acquire' AND kind = 'gift' AND fair_value_usd < value_usd
)
SELECT
    o.lot_id,
    o.asset,
    o.account,
    o.acquired_at,
    o.quantity,
    o.cost_usd,
    o.unit_cost_usd,
    l.quantity AS whole_quantity,
    l.cost_usd AS whole_cost_usd,
    l.origin = 'inheritance' AS is_always_long,
    o.is_in_transit,
    g.fair_value_usd AS whole_fair_value_usd,
    g.occurred_at AS given_at
FROM lots.open_lots AS o
JOIN lots.lots AS l USING (lot_id)
LEFT JOIN gifts AS g USING (lot_id)
ORDER BY o.account, o.asset, o.acquired_at, o.lot_id
