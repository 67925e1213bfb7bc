-- From ledger.postings and ledger.transfers: what everything but an exchange (trade, wrap, spend, keep_basis) means for lots, posting
-- by posting, in `movements`, and what left in `departures`.

CREATE OR REPLACE TEMP TABLE exchange_kinds AS SELECT unnest(['trade', 'wrap', 'spend', 'keep_basis']) AS kind;

CREATE OR REPLACE TEMP TABLE income_kinds AS
SELECT unnest(['reward', 'airdrop', 'mining', 'interest', 'fork', 'income']) AS kind;

-- What only the person can say (overrides.toml): cost and date come from there.
CREATE OR REPLACE TEMP TABLE decided_kinds AS SELECT unnest(['bought', 'inheritance', 'opening']) AS kind;

CREATE OR REPLACE TEMP TABLE leaving_kinds AS SELECT unnest(['gift_out', 'donation', 'lost', 'theft']) AS kind;

-- A commission kept back from a reward never came under the owner's control: income is what is left of it.
CREATE OR REPLACE TEMP TABLE kept_back AS
SELECT f.posting_id, r.posting_id AS income_id, f.quantity, f.value_usd
FROM ledger.postings AS f
JOIN (
    SELECT transaction_number, asset, min(place) AS place FROM ledger.postings
    WHERE kind IN (FROM income_kinds) AND role = 'principal' AND quantity > 0 AND NOT is_cash
    GROUP BY transaction_number, asset
) AS i USING (transaction_number, asset)
JOIN ledger.postings AS r ON r.transaction_number = i.transaction_number AND r.place = i.place
WHERE f.role = 'fee' AND f.quantity < 0
QUALIFY r.quantity + sum(f.quantity) OVER (PARTITION BY r.posting_id) > 0;

CREATE OR REPLACE TEMP TABLE movements AS
WITH net AS (
    SELECT income_id, sum(quantity) AS quantity,
        CASE WHEN count(value_usd) = count(*) THEN sum(value_usd) END AS value_usd
    FROM kept_back GROUP BY income_id
), received AS (
    SELECT p.* REPLACE (
        p.quantity + coalesce(n.quantity, 0) AS quantity,
        CASE WHEN n.income_id IS NULL THEN p.value_usd ELSE p.value_usd + n.value_usd END AS value_usd
    )
    FROM ledger.postings AS p LEFT JOIN net AS n ON n.income_id = p.posting_id
)
SELECT
    *,
    CASE
        WHEN kind IN (FROM income_kinds) AND quantity > 0 THEN 'acquire'
        WHEN kind IN (FROM income_kinds) THEN 'dispose'
        WHEN kind = 'gift_in' AND quantity > 0 THEN 'acquire'
        WHEN kind IN (FROM decided_kinds) AND quantity > 0 THEN 'acquire'
        WHEN kind IN (FROM leaving_kinds) AND quantity < 0 THEN 'dispose'
        WHEN kind = 'fee' AND quantity > 0 THEN 'acquire'
        WHEN kind = 'fee' THEN 'dispose'
        WHEN quantity > 0 THEN 'arrival'
        ELSE 'departure'
    END AS movement
FROM received
WHERE kind NOT IN (FROM exchange_kinds) AND role = 'principal' AND NOT is_cash AND quantity <> 0;

-- A departure is one row for each part of it that is booked as a transfer, and one for what no transfer takes along.
CREATE OR REPLACE TEMP TABLE departures AS
WITH parts AS (
    SELECT from_posting_id, transfer_id, to_account, arrived_at, quantity, fee_quantity,
        row_number() OVER (PARTITION BY from_posting_id ORDER BY transfer_id) AS part
    FROM ledger.transfers WHERE is_booked
), sums AS (
    SELECT from_posting_id, sum(quantity + fee_quantity) AS quantity, count(*) AS parts FROM parts GROUP BY ALL
)
SELECT
    m.*, p.transfer_id AS event_id, p.to_account, p.arrived_at, p.quantity AS arriving_quantity,
    p.fee_quantity AS withheld_quantity, p.fee_quantity > 0 AS is_withheld, p.part = 1 AS is_first
FROM movements AS m JOIN parts AS p ON p.from_posting_id = m.posting_id
WHERE m.movement = 'departure'
UNION ALL BY NAME
SELECT
    m.*, m.posting_id || CASE WHEN s.parts > 0 THEN '~' || (s.parts + 1) ELSE '' END AS event_id,
    NULL AS to_account, NULL AS arrived_at, -m.quantity - coalesce(s.quantity, 0) AS arriving_quantity,
    0 AS withheld_quantity, false AS is_withheld, s.parts IS NULL AS is_first
FROM movements AS m LEFT JOIN sums AS s ON s.from_posting_id = m.posting_id
WHERE m.movement = 'departure' AND -m.quantity > coalesce(s.quantity, 0);
