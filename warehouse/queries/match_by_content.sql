-- From `open_fresh`, `open_known` and `two_events`, into `copies`: what a file tells of its account just as a better source
-- does. Equal events are matched one to one in their order: of two here and one there one is left, as an event of its own.

-- All the same, to the second and the last digit. Where files tell whole days, the first and the last day of a file may
-- be told in part, and a twin of what is left out may be in the other file.
INSERT INTO copies
WITH days AS (
    SELECT source, min(second) AS first_second, max(second) AS last_second
    FROM told_events WHERE is_file GROUP BY source HAVING count(*) FILTER (second % 86_400 <> 0) = 0
), f AS (
    SELECT *, row_number() OVER (PARTITION BY kind, moved, fees, second ORDER BY transaction_number) AS twin
    FROM open_fresh
), k AS (
    SELECT *, row_number() OVER (PARTITION BY kind, moved, fees, second ORDER BY transaction_number) AS twin
    FROM open_known SEMI JOIN f USING (kind, moved, fees, second)
), pairs AS (
    SELECT f.transaction_id, k.transaction_id AS other_id, f.second IN (
        a.first_second, a.last_second, b.first_second, b.last_second
    ) AND k.is_file AND a.source IS NOT NULL AND b.source IS NOT NULL AS is_edge
    FROM f JOIN k USING (kind, moved, fees, second, twin)
    LEFT JOIN days AS a ON a.source = f.source
    LEFT JOIN days AS b ON b.source = k.source
)
SELECT transaction_id, other_id, getvariable('source'), CASE WHEN is_edge THEN 'edge' ELSE 'content' END,
    CASE WHEN is_edge THEN 0.80 ELSE 0.98 END, is_edge IS NOT TRUE, true
FROM pairs ANTI JOIN two_events USING (transaction_id, other_id);

-- The same, but only one of the two tells its fee.
INSERT INTO copies
WITH f AS (
    SELECT *, row_number() OVER (PARTITION BY kind, moved, second ORDER BY transaction_number) AS twin
    FROM open_fresh WHERE moved <> '' AND second % 86_400 <> 0
), k AS (
    SELECT *, row_number() OVER (PARTITION BY kind, moved, second ORDER BY transaction_number) AS twin
    FROM open_known SEMI JOIN f USING (kind, moved, second)
)
SELECT f.transaction_id, k.transaction_id AS other_id, getvariable('source'), 'content', 0.97, true, true
FROM f JOIN k USING (kind, moved, second, twin)
ANTI JOIN two_events AS t ON t.transaction_id = f.transaction_id AND t.other_id = k.transaction_id
WHERE f.fees = '' OR k.fees = '';
