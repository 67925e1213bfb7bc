-- From raw_rows (a view of the raw files): `older_versions` of rows that were fetched again.
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
