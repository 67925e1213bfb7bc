-- From `open_fresh`, `open_known` and `two_events`, of the variable `is_told`, into `copies`: the same hash and amounts.
-- In accounts of which nobody says that they are one, only an exchange of coins is sure: one transaction of a chain may
-- bring the same amount to two accounts of one person.

INSERT INTO copies
WITH f AS (
    SELECT *, row_number() OVER (PARTITION BY tx_hash, moved ORDER BY transaction_number) AS twin
    FROM open_fresh WHERE length(tx_hash) >= 16 AND moved <> ''
), k AS (
    SELECT *, row_number() OVER (PARTITION BY tx_hash, moved ORDER BY transaction_number) AS twin
    FROM open_known SEMI JOIN f USING (tx_hash, moved)
), pairs AS (
    SELECT f.transaction_id, k.transaction_id AS other_id, getvariable('is_told') OR f.is_exchange AS is_sure
    FROM f JOIN k USING (tx_hash, moved, twin)
    WHERE abs(f.second - k.second) <= 14 * 86_400
)
SELECT transaction_id, other_id, getvariable('source'), CASE WHEN is_sure THEN 'tx_hash' ELSE 'unlinked' END,
    CASE WHEN is_sure THEN 0.99 ELSE 0.70 END, is_sure, is_sure
FROM pairs ANTI JOIN two_events USING (transaction_id, other_id);
