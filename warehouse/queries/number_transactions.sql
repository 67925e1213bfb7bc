-- From raw_rows (a view of the raw files) without `older_versions`, `told_accounts` (source, account), `decided_events` (of
-- overrides.toml) and `opening_rows`: what is `booked` up to the book's clock. `source` is who tells it, `account` whose
-- coins moved. Sorted as it is written, so that a row's place in the table is its number: a
-- window over all rows would take one core.

CREATE OR REPLACE TEMP TABLE booked AS
SELECT * EXCLUDE ("order") FROM (
    SELECT r.account AS source, t.account, r.stream, r.id, coalesce(d.kind, r.kind) AS kind, r.occurred_at, r.postings, r.tx_hash,
        r.counterparty, r.raw_file, left(sha256(r.payload), 32) AS payload_hash, r."order",
        CASE WHEN d.kind IS NULL THEN r.marks END AS marks, r.worth_asset, r.worth_quantity
    FROM raw_rows AS r ANTI JOIN older_versions USING (raw_file, file_row_number)
    JOIN told_accounts AS t ON t.source = r.account
    LEFT JOIN decided_events AS d ON d.account = r.account AND d.stream = r.stream AND d.id = r.id
    WHERE r.status = 'final' AND r.occurred_at <= getvariable('as_of') AND d.is_ignored IS NOT TRUE
    UNION ALL BY NAME
    SELECT *, account AS source, 0 AS "order" FROM opening_rows WHERE occurred_at <= getvariable('as_of')
)
ORDER BY occurred_at, account, source, stream, "order", id;
