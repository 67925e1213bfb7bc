-- What needs a decision, most money first; what nobody knows the worth of comes after what is known. With a proposed
-- transfer goes its other end, and what left and came in.
WITH proposed AS (
    SELECT
        t.transfer_id, t.rule, t.asset, t.quantity, t.is_booked, -l.quantity AS left_quantity, a.quantity AS arrived_quantity,
        l.transaction_id AS from_transaction_id, a.transaction_id AS to_transaction_id
    FROM ledger.transfers AS t
    JOIN ledger.postings AS l ON l.posting_id = t.from_posting_id
    JOIN ledger.postings AS a ON a.posting_id = t.to_posting_id
    WHERE NOT t.is_confirmed
)
SELECT
    p.problem_id, p.problem, p.account, p.asset, p.quantity, p.stake_usd, p.occurred_at, p.transaction_id, p.event_id,
    p.since_at, p.likely_cause, p.detail, coalesce(c.causes, []) AS causes, e.event IN ('acquire', 'unexplained') AS is_arrival, o.override_id,
    d.kept_transaction_id, t.rule, t.left_quantity, t.arrived_quantity, t.from_transaction_id
FROM quality.problems AS p
LEFT JOIN lots.events AS e USING (event_id)
LEFT JOIN (
    SELECT
        c.problem_id,
        list(struct_pack(
            cause := c.cause, account := c.account, transaction_id := c.transaction_id, asset := c.asset, rule := t.rule,
            left_quantity := t.left_quantity, arrived_quantity := t.arrived_quantity,
            from_transaction_id := t.from_transaction_id
        ) ORDER BY c.place, t.transfer_id) AS causes
    FROM quality.causes AS c
    LEFT JOIN proposed AS t
        ON c.cause = 'proposed_transfer' AND NOT t.is_booked AND t.to_transaction_id = c.transaction_id
            AND t.asset = c.asset AND t.quantity = c.quantity
    WHERE c.place <= 3 GROUP BY c.problem_id
) AS c USING (problem_id)
LEFT JOIN ledger.overrides AS o ON p.problem_id = 'stale_override:' || o.override_id
LEFT JOIN ledger.duplicates AS d ON p.problem_id = 'told_twice:' || d.duplicate_id
LEFT JOIN proposed AS t ON p.problem_id = 'unconfirmed_transfer:' || t.transfer_id
ORDER BY p.stake_usd DESC NULLS LAST, p.occurred_at, p.problem_id
