-- From ledger.overrides and ledger.postings to lots.events: the costs, values and dates that the person gave. In the US a gift
-- whose cost is given takes no loss from more than it was worth when it came in (IRC 1015(a)), which prices tell where the
-- person does not.

UPDATE lots.events AS e SET
    value_usd = coalesce(o.value_usd, e.value_usd),
    acquired_at = o.acquired_at,
    fair_value_usd = CASE
        WHEN getvariable('is_us') AND e.kind = 'gift' AND o.value_usd IS NOT NULL AND NOT p.is_spam
            THEN coalesce(o.fair_value_usd, p.value_usd)
        ELSE o.fair_value_usd
    END
FROM ledger.overrides AS o LEFT JOIN ledger.postings AS p USING (posting_id)
WHERE o.posting_id = e.event_id AND e.carry_id IS NULL AND o.state = 'applied' AND o.override IN ('event', 'opening_lot')
    AND (e.event = 'acquire' OR (e.event = 'dispose' AND o.value_usd IS NOT NULL));
