-- From `booked`, `asset_names` (written, asset, is_cash) and `odd_quantities` (written, plain) to ledger.legs and
-- quality.quarantine. Only texts that fit exactly reach the cast.

CREATE OR REPLACE TEMP TABLE unfit AS
SELECT
    b.number,
    any_value(b.source) AS account,
    any_value(b.stream) AS stream,
    any_value(b.id) AS id,
    string_agg(p.asset || ' ' || p.quantity, ', ' ORDER BY p.asset, p.quantity)
        || ' does not fit 20 digits before and 18 after the decimal point' AS reason
FROM (SELECT rowid AS number, source, stream, id, unnest(postings) AS p FROM booked) AS b
JOIN odd_quantities AS o ON o.written = p.quantity AND o.plain IS NULL
GROUP BY b.number;

CREATE OR REPLACE TEMP TABLE marked AS
SELECT number, m.asset AS written, min(m.word) AS mark
FROM (SELECT rowid AS number, unnest(marks) AS m FROM booked WHERE len(marks) > 0)
GROUP BY ALL;

INSERT INTO ledger.legs BY NAME
SELECT
    m.transaction_id || '#' || m.place AS posting_id, m.transaction_id, m.number + 1 AS transaction_number, m.place,
    m.account, m.stream, a.asset, coalesce(o.plain, m.quantity)::DECIMAL(38, 18) AS quantity, m.role, m.kind, a.is_cash,
    m.occurred_at, m.tx_hash, m.counterparty, k.mark, w.asset AS worth_asset,
    CASE WHEN w.asset IS NOT NULL THEN m.worth_quantity::DECIMAL(38, 18) END AS worth_quantity, m.raw_file, m.payload_hash
FROM (
    SELECT
        rowid AS number, * EXCLUDE (postings, id, marks),
        source || '/' || stream || '/' || id AS transaction_id,
        unnest(postings, recursive := true),
        generate_subscripts(postings, 1) AS place
    FROM booked WHERE rowid NOT IN (SELECT number FROM unfit)
) AS m
JOIN asset_names AS a ON a.written = m.asset
LEFT JOIN odd_quantities AS o ON o.written = m.quantity
LEFT JOIN asset_names AS w ON w.written = m.worth_asset
LEFT JOIN marked AS k ON k.number = m.number AND k.written = m.asset
WHERE m.role = 'principal' OR coalesce(o.plain, m.quantity)::DECIMAL(38, 18) <> 0;

-- What is set aside, with the assets that it is about under the names that the books use for them.
INSERT INTO quality.quarantine BY NAME
WITH aside AS (
    SELECT
        r.account, r.stream, r.id, r.occurred_at, r.payload, r.raw_file, r.file_row_number,
        CASE r.status WHEN 'rejected' THEN r.reason ELSE u.reason END AS reason,
        CASE r.status WHEN 'rejected' THEN r.assets ELSE list_transform(r.postings, lambda p: p.asset) END AS written
    FROM raw_rows AS r ANTI JOIN older_versions USING (raw_file, file_row_number)
    LEFT JOIN unfit AS u USING (account, stream, id)
    WHERE r.status = 'rejected' OR (r.status = 'final' AND u.id IS NOT NULL)
), named AS (
    SELECT raw_file, file_row_number, list(DISTINCT n.asset ORDER BY n.asset) AS assets
    FROM (SELECT raw_file, file_row_number, unnest(written) AS written FROM aside)
    JOIN asset_names AS n USING (written)
    GROUP BY ALL
)
SELECT a.* EXCLUDE (file_row_number, written), coalesce(n.assets, []) AS assets
FROM aside AS a LEFT JOIN named AS n USING (raw_file, file_row_number)
ORDER BY ALL;
