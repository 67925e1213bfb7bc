-- From raw_rows (a view of the raw files): `older_versions` of rows that were fetched again, and what is `booked`
-- up to the book's clock.

CREATE OR REPLACE TEMP TABLE older_versions AS
WITH keys AS (
    SELECT account, stream, id, fetched_at, "order", status, raw_file, file_row_number FROM raw_rows
), again AS (
    SELECT account, stream, id FROM keys GROUP BY ALL HAVING count(*) > 1
), ranked AS (
    SELECT keys.*, row_number() OVER (
        PARTITION BY account, stream, id
        ORDER BY fetched_at DESC, "order" DESC, status, raw_file, file_row_number DESC
    ) AS version
    FROM keys SEMI JOIN again USING (account, stream, id)
)
SELECT raw_file, file_row_number FROM ranked WHERE version > 1;

-- Sorted as it is written, so that a row's place in the table is its number: a window over all rows would take one core.
CREATE OR REPLACE TEMP TABLE booked AS
SELECT account, stream, id, kind, occurred_at, postings, tx_hash, counterparty, raw_file, left(sha256(payload), 32) AS payload_hash
FROM raw_rows ANTI JOIN older_versions USING (raw_file, file_row_number)
WHERE status = 'final' AND occurred_at <= getvariable('as_of')
ORDER BY occurred_at, account, stream, "order", id;
