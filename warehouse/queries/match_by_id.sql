-- From `open_fresh`, `open_known`, `event_names` (transaction_id, name, is_order) and `two_events`, into `copies`: the venue's id in
-- the file, and the same amounts within two days. Equal events are matched one to one in their order.

INSERT INTO copies
WITH f AS (
    SELECT *, row_number() OVER (PARTITION BY name, moved ORDER BY transaction_number) AS twin
    FROM open_fresh JOIN event_names USING (transaction_id) WHERE moved <> ''
), k AS (
    SELECT *, row_number() OVER (PARTITION BY name, moved ORDER BY transaction_number) AS twin
    FROM open_known JOIN event_names USING (transaction_id) SEMI JOIN f USING (name, moved)
), pairs AS (
    SELECT f.transaction_id, k.transaction_id AS other_id, f.transaction_number, k.transaction_number AS other_number
    FROM f JOIN k USING (name, moved, twin)
    WHERE abs(f.second - k.second) <= 2 * 86_400 AND NOT (f.is_file AND k.is_file)
), first_pairs AS (
    SELECT DISTINCT transaction_id, other_id, transaction_number, other_number FROM pairs
    ANTI JOIN two_events USING (transaction_id, other_id)
    QUALIFY row_number() OVER (PARTITION BY transaction_id ORDER BY other_number) = 1
)
SELECT transaction_id, other_id, getvariable('source'), 'id', 1, true, true FROM first_pairs
QUALIFY row_number() OVER (PARTITION BY other_id ORDER BY transaction_number) = 1;
