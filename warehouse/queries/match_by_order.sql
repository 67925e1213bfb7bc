-- From `open_fresh`, `open_known`, `event_names` (transaction_id, name, is_order) and `two_events`, into `copies`: one row of the
-- file is the sum of the fills of one order, whose id it tells.

INSERT INTO copies
WITH fills AS (
    SELECT f.transaction_id, f.moved, k.transaction_id AS other_id, k.transaction_number AS other_number
    FROM open_fresh AS f
    JOIN event_names AS n ON n.transaction_id = f.transaction_id
    JOIN event_names AS o ON o.name = n.name AND o.is_order
    JOIN open_known AS k ON k.transaction_id = o.transaction_id AND k.kind = f.kind AND k.shape = f.shape
    GROUP BY ALL
), sums AS (
    SELECT fills.transaction_id, moved, l.asset, sum(l.quantity) AS quantity
    FROM fills JOIN ledger.legs AS l ON l.transaction_number = other_number AND l.role = 'principal'
    GROUP BY ALL
), whole AS (
    SELECT transaction_id FROM sums GROUP BY transaction_id, moved
    HAVING list_aggregate(list_sort(list(asset || ' ' || quantity)), 'string_agg', ', ') = moved
), several AS (
    SELECT transaction_id FROM fills SEMI JOIN whole USING (transaction_id) GROUP BY ALL HAVING count(*) > 1
)
SELECT transaction_id, other_id, getvariable('source'), 'order', 0.98, true, true
FROM fills SEMI JOIN several USING (transaction_id) ANTI JOIN two_events USING (transaction_id, other_id)
QUALIFY row_number() OVER (PARTITION BY other_id ORDER BY transaction_id) = 1;
