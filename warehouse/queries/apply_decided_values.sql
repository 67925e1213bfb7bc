-- From ledger.overrides to lots.events: the costs, values and dates that the person gave.

UPDATE lots.events AS e SET
    value_usd = coalesce(o.value_usd, e.value_usd),
    acquired_at = o.acquired_at,
    fair_value_usd = o.fair_value_usd
FROM ledger.overrides AS o
WHERE o.posting_id = e.event_id AND e.carry_id IS NULL AND o.state = 'applied' AND o.override IN ('event', 'opening_lot')
    AND (e.event = 'acquire' OR (e.event = 'dispose' AND o.value_usd IS NOT NULL));
