-- From ledger.legs, `told_accounts` (source, account, rank, is_file, is_compared) and ledger.overrides: `told_events`, one
-- row for each transaction that may be told by another source too, as its source told it before any decision.
-- `moved` and `fees` are texts with every digit, so that equal texts are equal movements.

CREATE OR REPLACE TEMP TABLE compared_transactions AS
WITH heads AS (
    SELECT transaction_number, any_value(transaction_id) AS transaction_id,
        split_part(any_value(transaction_id), '/', 1) AS source, any_value(stream) AS stream, any_value(kind) AS kind,
        any_value(occurred_at) AS occurred_at, any_value(tx_hash) AS tx_hash
    FROM ledger.legs WHERE stream <> 'opening' GROUP BY transaction_number
), of_one_venue AS (
    FROM heads SEMI JOIN (FROM told_accounts WHERE NOT is_file) USING (source)
)
SELECT transaction_number FROM heads SEMI JOIN (FROM told_accounts WHERE is_compared) USING (source)
UNION
SELECT transaction_number FROM of_one_venue SEMI JOIN (
    SELECT source, occurred_at FROM of_one_venue GROUP BY ALL HAVING min(stream) <> max(stream)
) USING (source, occurred_at)
UNION
SELECT transaction_number FROM of_one_venue SEMI JOIN (
    SELECT source, tx_hash FROM of_one_venue WHERE tx_hash <> '' GROUP BY ALL HAVING min(stream) <> max(stream)
) USING (source, tx_hash);

CREATE OR REPLACE TEMP TABLE told_events AS
WITH texts AS (
    SELECT
        transaction_number, any_value(transaction_id) AS transaction_id, any_value(account) AS account,
        any_value(stream) AS stream, any_value(kind) AS kind, any_value(occurred_at) AS occurred_at,
        any_value(tx_hash) AS tx_hash, any_value(raw_file) AS raw_file, any_value(payload_hash) AS payload_hash,
        any_value(worth_asset) AS worth_asset, any_value(worth_quantity) AS worth_quantity,
        list_sort(list(asset || ' ' || quantity) FILTER (role = 'principal' AND quantity <> 0)) AS moved,
        list_sort(list(asset || ' ' || quantity) FILTER (role = 'fee')) AS fees,
        list_sort(list(DISTINCT CASE WHEN quantity > 0 THEN '+' ELSE '-' END || asset)
            FILTER (role = 'principal' AND quantity <> 0)) AS shape,
        count(*) FILTER (role = 'principal' AND quantity > 0) > 0
            AND count(*) FILTER (role = 'principal' AND quantity < 0) > 0 AS is_exchange,
        arg_min(asset, (is_cash, place)) FILTER (role = 'principal') AS asset,
        arg_min(quantity, (is_cash, place)) FILTER (role = 'principal') AS quantity
    FROM ledger.legs SEMI JOIN compared_transactions USING (transaction_number)
    GROUP BY transaction_number
)
SELECT
    t.* REPLACE (
        coalesce(o.told_kind, t.kind) AS kind,
        coalesce(list_aggregate(moved, 'string_agg', ', '), '') AS moved,
        coalesce(list_aggregate(fees, 'string_agg', ', '), '') AS fees,
        coalesce(list_aggregate(shape, 'string_agg', ' '), '') AS shape,
        CASE
            WHEN regexp_full_match(t.tx_hash, '(0[xX])?[0-9a-fA-F]{64}') THEN right(lower(t.tx_hash), 64)
            WHEN regexp_full_match(t.tx_hash, '0[xX][0-9a-fA-F]+') THEN lower(t.tx_hash)
            ELSE nullif(t.tx_hash, '')
        END AS tx_hash
    ),
    a.source, a.rank, a.is_file, epoch_us(t.occurred_at) // 1_000_000 AS second, epoch_us(t.occurred_at) AS at_us
FROM texts AS t
JOIN told_accounts AS a ON a.source = split_part(t.transaction_id, '/', 1)
LEFT JOIN (
    SELECT transaction_id, any_value(told_kind) AS told_kind FROM ledger.overrides
    WHERE override = 'event' AND state = 'applied' GROUP BY transaction_id
) AS o USING (transaction_id);

CREATE OR REPLACE TEMP TABLE two_events AS
SELECT transaction_id, other_transaction_id AS other_id FROM ledger.overrides WHERE override = 'not_same' AND state = 'applied'
UNION
SELECT other_transaction_id, transaction_id FROM ledger.overrides WHERE override = 'not_same' AND state = 'applied';

-- `copies`: each event that a better one tells as well. `is_applied`: it is left out of the books.
CREATE OR REPLACE TEMP TABLE copies (
    transaction_id VARCHAR, other_id VARCHAR, source VARCHAR, rule VARCHAR, confidence DECIMAL(3, 2),
    is_confirmed BOOLEAN, is_applied BOOLEAN
);

-- The person's word goes first. What came first by the order of sources is kept.
INSERT INTO copies
SELECT c.transaction_id, k.transaction_id, c.source, 'told', 1, true, true
FROM ledger.overrides AS o
JOIN told_events AS a ON a.transaction_id = o.transaction_id
JOIN told_events AS b ON b.transaction_id = o.other_transaction_id
JOIN told_events AS c ON c.transaction_id = CASE WHEN (a.rank, a.transaction_id) < (b.rank, b.transaction_id)
    THEN b.transaction_id ELSE a.transaction_id END
JOIN told_events AS k ON k.transaction_id IN (a.transaction_id, b.transaction_id) AND k.transaction_id <> c.transaction_id
WHERE o.override = 'same' AND o.state = 'applied';

-- Two lists of one venue: the same hash is sure, the same second is not.
INSERT INTO copies
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY source, stream, kind, moved, tx_hash ORDER BY transaction_number) AS twin
    FROM told_events WHERE NOT is_file AND tx_hash IS NOT NULL AND transaction_id NOT IN (SELECT transaction_id FROM copies)
), first_told AS (
    SELECT *, first_value(transaction_id) OVER (
        PARTITION BY source, kind, moved, tx_hash, twin ORDER BY stream = 'ledger', stream
    ) AS other_id
    FROM numbered
)
SELECT transaction_id, other_id, source, 'tx_hash', 0.99, true, true
FROM first_told ANTI JOIN two_events USING (transaction_id, other_id) WHERE transaction_id <> other_id;

INSERT INTO copies
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY source, stream, kind, moved, second ORDER BY transaction_number) AS twin
    FROM told_events WHERE NOT is_file AND moved <> '' AND transaction_id NOT IN (SELECT transaction_id FROM copies)
), first_told AS (
    SELECT *, first_value(transaction_id) OVER same AS other_id, first_value(stream) OVER same AS other_stream,
        first_value(tx_hash) OVER same AS other_hash
    FROM numbered
    WINDOW same AS (PARTITION BY source, kind, moved, second, twin ORDER BY stream = 'ledger', stream)
)
SELECT transaction_id, other_id, source, 'stream', 0.60, false, false
FROM first_told ANTI JOIN two_events USING (transaction_id, other_id)
WHERE stream <> other_stream AND (tx_hash IS NULL OR other_hash IS NULL);
