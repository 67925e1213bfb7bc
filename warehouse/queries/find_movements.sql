-- From ledger.postings and ledger.transfers: what everything but an exchange (trade, wrap, spend) means for lots, posting
-- by posting, in `movements`, and what left in `departures`.

CREATE OR REPLACE TEMP TABLE exchange_kinds AS SELECT unnest(['trade', 'wrap', 'spend']) AS kind;

CREATE OR REPLACE TEMP TABLE income_kinds AS
SELECT unnest(['reward', 'airdrop', 'mining', 'interest', 'fork', 'income']) AS kind;

CREATE OR REPLACE TEMP TABLE leaving_kinds AS SELECT unnest(['gift_out', 'donation', 'lost', 'theft']) AS kind;

CREATE OR REPLACE TEMP TABLE movements AS
SELECT
    *,
    CASE
        WHEN kind IN (FROM income_kinds) AND quantity > 0 THEN 'acquire'
        WHEN kind IN (FROM income_kinds) THEN 'dispose'
        WHEN kind = 'gift_in' AND quantity > 0 THEN 'acquire'
        WHEN kind IN (FROM leaving_kinds) AND quantity < 0 THEN 'dispose'
        WHEN kind = 'fee' AND quantity > 0 THEN 'acquire'
        WHEN kind = 'fee' THEN 'dispose'
        WHEN quantity > 0 THEN 'arrival'
        ELSE 'departure'
    END AS movement
FROM ledger.postings
WHERE kind NOT IN (FROM exchange_kinds) AND role = 'principal' AND NOT is_cash AND quantity <> 0;

CREATE OR REPLACE TEMP TABLE departures AS
SELECT
    m.*, t.to_account, t.arrived_at, coalesce(t.quantity, -m.quantity) AS arriving_quantity,
    coalesce(t.fee_quantity, 0) AS withheld_quantity,
    CASE WHEN t.fee_quantity > 0 THEN true ELSE false END AS is_withheld
FROM movements AS m LEFT JOIN ledger.transfers AS t ON t.from_posting_id = m.posting_id
WHERE m.movement = 'departure';
