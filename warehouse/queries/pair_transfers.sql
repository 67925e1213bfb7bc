-- From ledger.legs to ledger.transfers: withdrawals and deposits of coins that are two ends of one movement.

CREATE OR REPLACE TEMP TABLE transfer_ends AS
SELECT
    posting_id, account, asset, abs(quantity) AS quantity, quantity < 0 AS is_departure, occurred_at,
    CASE WHEN regexp_full_match(tx_hash, '0x[0-9a-fA-F]+') THEN lower(tx_hash) ELSE nullif(tx_hash, '') END AS tx_hash,
    regexp_full_match(tx_hash, '(0x)?[0-9a-fA-F]{64}') IS TRUE AS is_chain_hash
FROM ledger.legs
WHERE kind IN ('deposit', 'withdrawal') AND role = 'principal' AND NOT is_cash AND quantity <> 0;

-- Several movements may share a hash (a venue pays many in one): the largest departure goes with the largest arrival.
CREATE OR REPLACE TEMP TABLE ends_by_hash AS
SELECT *, row_number() OVER (
    PARTITION BY asset, tx_hash, is_departure ORDER BY quantity DESC, occurred_at, posting_id
) AS size_rank
FROM transfer_ends WHERE tx_hash IS NOT NULL;

CREATE OR REPLACE TEMP TABLE pairs AS
SELECT d.posting_id AS from_posting_id, a.posting_id AS to_posting_id, 'tx_hash' AS rule
FROM ends_by_hash AS d
JOIN ends_by_hash AS a USING (asset, tx_hash, size_rank)
WHERE d.is_departure AND NOT a.is_departure AND a.quantity <= d.quantity;

CREATE OR REPLACE TEMP TABLE unpaired_ends AS
SELECT * FROM transfer_ends
WHERE posting_id NOT IN (SELECT from_posting_id FROM pairs UNION ALL SELECT to_posting_id FROM pairs);

-- Two different hashes of a chain are two movements. Clocks of venues may differ by an hour.
CREATE OR REPLACE TEMP TABLE candidates AS
SELECT d.posting_id AS from_posting_id, a.posting_id AS to_posting_id
FROM unpaired_ends AS d
JOIN unpaired_ends AS a ON a.asset = d.asset AND a.quantity = d.quantity AND a.account <> d.account
WHERE d.is_departure AND NOT a.is_departure
    AND a.occurred_at BETWEEN d.occurred_at - INTERVAL 1 HOUR AND d.occurred_at + INTERVAL 3 DAY
    AND NOT (d.is_chain_hash AND a.is_chain_hash);

INSERT INTO pairs
SELECT from_posting_id, to_posting_id, 'amount_time' AS rule
FROM candidates
WHERE from_posting_id NOT IN (SELECT from_posting_id FROM candidates GROUP BY ALL HAVING count(*) > 1)
    AND to_posting_id NOT IN (SELECT to_posting_id FROM candidates GROUP BY ALL HAVING count(*) > 1);

INSERT INTO ledger.transfers BY NAME
SELECT
    p.from_posting_id AS transfer_id, d.asset, d.account AS from_account, a.account AS to_account, a.quantity,
    d.quantity - a.quantity AS fee_quantity, d.occurred_at AS left_at, a.occurred_at AS arrived_at, p.rule,
    p.rule = 'tx_hash' AS is_confirmed, p.from_posting_id, p.to_posting_id
FROM pairs AS p
JOIN transfer_ends AS d ON d.posting_id = p.from_posting_id
JOIN transfer_ends AS a ON a.posting_id = p.to_posting_id
ORDER BY left_at, transfer_id;
