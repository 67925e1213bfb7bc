-- From ledger.legs and ledger.overrides: `transfer_ends`, the withdrawals and deposits of coins; `told_pairs`, what the
-- person says are the ends of one transfer; `hash_pairs`, one departure and one arrival of one hash and one quantity;
-- `unpaired_ends`, all others; `other_movements`, pairs that the person says are none.
--
-- A hash of 64 hexadecimal digits is a chain's, the same in upper case and without 0x; in other forms case counts.

CREATE OR REPLACE TEMP TABLE transfer_ends AS
SELECT
    l.posting_id, l.account, l.asset, abs(l.quantity) AS quantity, epoch_us(l.occurred_at) AS at_us, l.occurred_at,
    l.quantity < 0 AS is_departure,
    CASE
        WHEN regexp_full_match(l.tx_hash, '(0[xX])?[0-9a-fA-F]{64}') THEN right(lower(l.tx_hash), 64)
        WHEN regexp_full_match(l.tx_hash, '0[xX][0-9a-fA-F]+') THEN lower(l.tx_hash)
        ELSE nullif(l.tx_hash, '')
    END AS tx_hash,
    regexp_full_match(l.tx_hash, '(0[xX])?[0-9a-fA-F]{64}') IS TRUE AS is_chain_hash,
    l.counterparty AS address,
    coalesce(f.quantity, 0)::DECIMAL(38, 18) AS listed_fee
FROM ledger.legs AS l
LEFT JOIN (
    SELECT transaction_number, asset, abs(sum(quantity)) AS quantity
    FROM ledger.legs WHERE kind IN ('deposit', 'withdrawal') AND role = 'fee' AND NOT is_cash
    GROUP BY ALL
) AS f USING (transaction_number, asset)
WHERE l.kind IN ('deposit', 'withdrawal') AND l.role = 'principal' AND NOT l.is_cash AND l.quantity <> 0;

CREATE OR REPLACE TEMP TABLE told_pairs AS
SELECT d.posting_id AS from_posting_id, a.posting_id AS to_posting_id, a.quantity, d.quantity - a.quantity AS fee_quantity
FROM ledger.overrides AS o
JOIN transfer_ends AS d ON d.posting_id = o.posting_id AND d.is_departure
JOIN transfer_ends AS a ON a.posting_id = o.other_posting_id AND NOT a.is_departure AND a.asset = d.asset
WHERE o.override = 'pair' AND o.state = 'applied' AND a.quantity <= d.quantity;

CREATE OR REPLACE TEMP TABLE other_movements AS
SELECT posting_id AS from_posting_id, other_posting_id AS to_posting_id
FROM ledger.overrides WHERE override = 'not_pair' AND state = 'applied';

CREATE OR REPLACE TEMP TABLE open_ends AS
FROM transfer_ends
WHERE posting_id NOT IN (SELECT from_posting_id FROM told_pairs UNION ALL SELECT to_posting_id FROM told_pairs);

-- Where the same account sent the same quantity that day without a hash, there is something to weigh.
CREATE OR REPLACE TEMP TABLE hash_pairs AS
WITH hashed AS (
    SELECT
        min(posting_id) FILTER (is_departure) AS from_posting_id,
        min(posting_id) FILTER (NOT is_departure) AS to_posting_id,
        min(quantity) AS quantity, any_value(asset) AS asset,
        min(account) FILTER (is_departure) AS account, min(at_us) FILTER (is_departure) AS at_us
    FROM open_ends WHERE tx_hash IS NOT NULL
    GROUP BY asset, tx_hash
    HAVING count(*) = 2 AND count(*) FILTER (is_departure) = 1 AND min(quantity) = max(quantity)
), bare AS (
    SELECT account, asset, quantity, at_us FROM open_ends WHERE tx_hash IS NULL AND is_departure
)
SELECT h.from_posting_id, h.to_posting_id, h.quantity
FROM hashed AS h
ANTI JOIN other_movements USING (from_posting_id, to_posting_id)
ANTI JOIN bare AS b ON b.account = h.account AND b.asset = h.asset AND b.quantity = h.quantity
    AND abs(b.at_us - h.at_us) <= 24 * 3_600_000_000;

CREATE OR REPLACE TEMP TABLE unpaired_ends AS
FROM open_ends
WHERE posting_id NOT IN (SELECT from_posting_id FROM hash_pairs UNION ALL SELECT to_posting_id FROM hash_pairs);
