-- From `told_pairs`, `hash_pairs`, `found_parts` and `transfer_ends` to ledger.transfers. The parts of one departure are told apart by a
-- number after ~, the first has none.

INSERT INTO ledger.transfers BY NAME
WITH parts AS (
    SELECT from_posting_id, to_posting_id, quantity, 0 AS fee_quantity, 'tx_hash' AS rule, 1 AS confidence,
        true AS is_confirmed, true AS is_booked
    FROM hash_pairs
    UNION ALL BY NAME
    SELECT *, 'told' AS rule, 1 AS confidence, true AS is_confirmed, true AS is_booked FROM told_pairs
    UNION ALL BY NAME FROM found_parts
), told AS (
    SELECT
        p.*, d.asset, d.account AS from_account, a.account AS to_account, d.occurred_at AS left_at,
        a.occurred_at AS arrived_at
    FROM parts AS p
    JOIN transfer_ends AS d ON d.posting_id = p.from_posting_id
    JOIN transfer_ends AS a ON a.posting_id = p.to_posting_id
), several AS (
    SELECT from_posting_id, to_posting_id, row_number() OVER (
        PARTITION BY from_posting_id ORDER BY arrived_at, to_posting_id
    ) AS part
    FROM told SEMI JOIN (SELECT from_posting_id FROM parts GROUP BY ALL HAVING count(*) > 1) USING (from_posting_id)
)
SELECT
    told.*, told.from_posting_id || CASE WHEN s.part > 1 THEN '~' || s.part ELSE '' END AS transfer_id
FROM told LEFT JOIN several AS s USING (from_posting_id, to_posting_id)
ORDER BY left_at, transfer_id;
