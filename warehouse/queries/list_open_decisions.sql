-- What needs a decision, most money first; what nobody knows the worth of comes after what is known.
SELECT
    p.problem_id, p.problem, p.account, p.asset, p.quantity, p.stake_usd, p.occurred_at, p.transaction_id, p.event_id,
    p.since_at, p.likely_cause, p.detail, coalesce(c.causes, []) AS causes, e.event IN ('acquire', 'unexplained') AS is_arrival, o.override_id,
    d.kept_transaction_id
FROM quality.problems AS p
LEFT JOIN lots.events AS e USING (event_id)
LEFT JOIN (
    SELECT
        problem_id,
        list(struct_pack(cause := cause, account := account, transaction_id := transaction_id) ORDER BY place) AS causes
    FROM quality.causes WHERE place <= 3 GROUP BY problem_id
) AS c USING (problem_id)
LEFT JOIN ledger.overrides AS o ON p.problem_id = 'stale_override:' || o.override_id
LEFT JOIN ledger.duplicates AS d ON p.problem_id = 'told_twice:' || d.duplicate_id
ORDER BY p.stake_usd DESC NULLS LAST, p.occurred_at, p.problem_id
