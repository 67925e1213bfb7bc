-- Every open lot, and where it came from.
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
    o.is_in_transit
FROM lots.open_lots AS o
JOIN lots.lots AS l USING (lot_id)
ORDER BY o.account, o.asset, o.acquired_at, o.lot_id
