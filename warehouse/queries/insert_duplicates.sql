-- From `copies` and `told_events`: which event of all that are one is booked, into ledger.duplicates, and the others out of
-- ledger.legs. What a person decided about an event that is not booked is refused in ledger.overrides.

-- What a copy is of may be a copy itself, by the person's word. Of all that are one the first is booked, unless it tells
-- no fee and another does, or both are files and another tells more digits.
CREATE OR REPLACE TEMP TABLE kept_events AS
WITH RECURSIVE steps AS (
    SELECT transaction_id, other_id FROM copies WHERE is_applied AND rule <> 'order'
    UNION ALL
    SELECT s.transaction_id, c.other_id
    FROM steps AS s JOIN copies AS c ON c.transaction_id = s.other_id AND c.is_applied AND c.rule <> 'order'
), members AS (
    SELECT transaction_id, other_id AS first_id FROM steps
    WHERE other_id NOT IN (SELECT transaction_id FROM copies WHERE is_applied AND rule <> 'order')
    UNION
    SELECT other_id, other_id FROM steps
    WHERE other_id NOT IN (SELECT transaction_id FROM copies WHERE is_applied AND rule <> 'order')
), ranked AS (
    SELECT m.*, row_number() OVER (
        PARTITION BY m.first_id
        ORDER BY e.fees = '', e.is_file,
            CASE WHEN e.is_file THEN -length(regexp_replace(e.moved, '0+(, |$)', '\1', 'g')) END, e.rank, e.transaction_id
    ) AS place
    FROM members AS m JOIN told_events AS e USING (transaction_id)
)
SELECT transaction_id, first_id, first_value(transaction_id) OVER (PARTITION BY first_id ORDER BY place) AS kept_id
FROM ranked;

CREATE OR REPLACE TEMP TABLE told_pairs AS
SELECT DISTINCT m.transaction_id, m.kept_id, c.rule, c.confidence, c.is_confirmed, true AS is_applied
FROM kept_events AS m
JOIN copies AS c ON c.transaction_id = CASE WHEN m.transaction_id = m.first_id THEN m.kept_id ELSE m.transaction_id END
    AND c.is_applied AND c.rule <> 'order'
WHERE m.transaction_id <> m.kept_id
UNION
SELECT c.transaction_id, coalesce(m.kept_id, c.other_id), c.rule, c.confidence, c.is_confirmed, true
FROM copies AS c LEFT JOIN kept_events AS m ON m.transaction_id = c.other_id
WHERE c.rule = 'order';

INSERT INTO told_pairs
WITH left_out AS (SELECT transaction_id FROM told_pairs)
SELECT c.transaction_id, c.other_id, c.rule, c.confidence, false, false
FROM copies AS c
WHERE NOT c.is_applied AND c.transaction_id NOT IN (FROM left_out) AND c.other_id NOT IN (FROM left_out)
QUALIFY row_number() OVER (PARTITION BY c.transaction_id, c.other_id ORDER BY c.confidence DESC, c.rule) = 1;

INSERT INTO ledger.duplicates BY NAME
SELECT
    p.transaction_id || '=' || p.kept_id AS duplicate_id, p.transaction_id, p.kept_id AS kept_transaction_id, e.account,
    k.account AS kept_account, e.kind, e.occurred_at, k.occurred_at AS kept_occurred_at, e.moved, k.moved AS kept_moved,
    e.asset, e.quantity, p.rule, p.confidence, p.is_confirmed, p.is_applied,
    nullif(concat_ws('; ',
        CASE WHEN e.kind <> k.kind THEN 'called ' || e.kind || ' and not ' || k.kind END,
        CASE WHEN e.at_us <> k.at_us THEN 'at ' || strftime(timezone('UTC', e.occurred_at), '%Y-%m-%d %H:%M:%S.%g')
            || ' and not ' || strftime(timezone('UTC', k.occurred_at), '%Y-%m-%d %H:%M:%S.%g') || ' UTC' END,
        CASE WHEN e.moved <> k.moved AND p.rule <> 'order' THEN 'moved ' || n.plain || ' and not ' || o.plain END,
        CASE WHEN e.fees <> k.fees THEN 'a fee of ' || coalesce(nullif(regexp_replace(e.fees, '\.?0+(, |$)', '\1', 'g'), ''), 'nothing')
            || ' and not of ' || coalesce(nullif(regexp_replace(k.fees, '\.?0+(, |$)', '\1', 'g'), ''), 'nothing') END
    ), '') AS differs,
    e.raw_file, e.payload_hash, k.raw_file AS kept_raw_file
FROM told_pairs AS p
JOIN told_events AS e ON e.transaction_id = p.transaction_id
JOIN told_events AS k ON k.transaction_id = p.kept_id
JOIN LATERAL (SELECT regexp_replace(e.moved, '\.?0+(, |$)', '\1', 'g') AS plain) AS n ON true
JOIN LATERAL (SELECT regexp_replace(k.moved, '\.?0+(, |$)', '\1', 'g') AS plain) AS o ON true
ORDER BY e.occurred_at, duplicate_id;

DELETE FROM ledger.legs
WHERE transaction_id IN (SELECT transaction_id FROM ledger.duplicates WHERE is_applied);

-- What only the other row tells is not lost: the hash on the chain, and what it was worth.
CREATE OR REPLACE TEMP TABLE told_besides AS
SELECT d.kept_transaction_id AS transaction_id, min(e.tx_hash) AS tx_hash,
    arg_min(e.worth_asset, e.rank) AS worth_asset, arg_min(e.worth_quantity, e.rank) AS worth_quantity
FROM ledger.duplicates AS d JOIN told_events AS e USING (transaction_id)
WHERE d.is_applied AND d.rule <> 'order' AND (e.tx_hash IS NOT NULL OR e.worth_asset IS NOT NULL)
GROUP BY ALL;

UPDATE ledger.legs SET tx_hash = t.tx_hash
FROM told_besides AS t
WHERE ledger.legs.transaction_id = t.transaction_id AND ledger.legs.tx_hash IS NULL AND t.tx_hash IS NOT NULL;

UPDATE ledger.legs SET worth_asset = t.worth_asset, worth_quantity = t.worth_quantity
FROM told_besides AS t
WHERE ledger.legs.transaction_id = t.transaction_id AND ledger.legs.worth_asset IS NULL AND t.worth_asset IS NOT NULL;

UPDATE ledger.overrides SET state = 'refused', kind = NULL, posting_id = NULL,
    detail = d.transaction_id || ' is told by ' || d.kept_transaction_id || ' too, and that one is booked: decide about it instead'
FROM (
    SELECT transaction_id, min(kept_transaction_id) AS kept_transaction_id
    FROM ledger.duplicates WHERE is_applied GROUP BY ALL
) AS d
WHERE ledger.overrides.override IN ('event', 'pair', 'not_pair') AND ledger.overrides.state = 'applied'
    AND d.transaction_id IN (ledger.overrides.transaction_id, ledger.overrides.other_transaction_id);
