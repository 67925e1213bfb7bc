-- What the person decided about single events, and what became of it.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE OR REPLACE TABLE ledger.overrides (
    override_id VARCHAR NOT NULL,
    override VARCHAR NOT NULL CHECK (override IN ('event', 'ignore', 'pair', 'not_pair', 'same', 'not_same', 'price', 'opening_lot')),
    state VARCHAR NOT NULL CHECK (state IN ('applied', 'changed', 'gone', 'refused')),
    detail VARCHAR NOT NULL,
    transaction_id VARCHAR,
    posting_id VARCHAR,
    other_transaction_id VARCHAR,
    other_posting_id VARCHAR,
    account VARCHAR,
    asset VARCHAR,
    quantity DECIMAL(38, 18),
    occurred_at TIMESTAMPTZ,
    told_kind VARCHAR,
    kind VARCHAR,
    value_usd DECIMAL(38, 8) CHECK (value_usd >= 0),
    price_usd DECIMAL(38, 18) CHECK (price_usd >= 0),
    acquired_at TIMESTAMPTZ,
    fair_value_usd DECIMAL(38, 8) CHECK (fair_value_usd >= 0),
    note VARCHAR,
    line INTEGER NOT NULL
);

COMMENT ON TABLE ledger.overrides IS 'Every decision in overrides.toml, whether it is in force, and the event that it changed.';
COMMENT ON COLUMN ledger.overrides.override_id IS 'override, then : and what it is about; stays the same from build to build.';
COMMENT ON COLUMN ledger.overrides.override IS 'event (what a transaction was, or what it cost), ignore (it is not booked), pair or not_pair (two transactions are one transfer, or are not), same or not_same (they tell one event, or two), price, or opening_lot.';
COMMENT ON COLUMN ledger.overrides.state IS 'applied; changed (the event is another than the decision was made for) and gone (there is no such event any more): both are not applied; refused (it does not fit its event).';
COMMENT ON COLUMN ledger.overrides.detail IS 'What it changed, or why it is not applied, in words.';
COMMENT ON COLUMN ledger.overrides.transaction_id IS 'Transaction that it is about; of a pair, the one that left; of what is the same, one of the two; of an opening lot, the one that it makes.';
COMMENT ON COLUMN ledger.overrides.posting_id IS 'Posting that it is about (ledger.legs), where it is about one.';
COMMENT ON COLUMN ledger.overrides.other_transaction_id IS 'Of a pair, the transaction that arrived; of what is the same, the other one.';
COMMENT ON COLUMN ledger.overrides.other_posting_id IS 'Of a pair, the posting that arrived; of what is the same, one of the other transaction.';
COMMENT ON COLUMN ledger.overrides.account IS 'Account of the transaction or the opening lot.';
COMMENT ON COLUMN ledger.overrides.asset IS 'Symbol of what it is about, after the aliases of the configuration.';
COMMENT ON COLUMN ledger.overrides.quantity IS 'Units of the posting, signed; of an opening lot its units.';
COMMENT ON COLUMN ledger.overrides.occurred_at IS 'When the event happened, in UTC; of a price its instant.';
COMMENT ON COLUMN ledger.overrides.told_kind IS 'Kind that the source told.';
COMMENT ON COLUMN ledger.overrides.kind IS 'Kind that the ledger has instead; NULL where it is as told.';
COMMENT ON COLUMN ledger.overrides.value_usd IS 'What it cost, was worth or brought by the person''s word; NULL where nothing is said of that.';
COMMENT ON COLUMN ledger.overrides.price_usd IS 'Of a price, what one unit was worth.';
COMMENT ON COLUMN ledger.overrides.acquired_at IS 'When the coins were acquired by the person''s word, in UTC.';
COMMENT ON COLUMN ledger.overrides.fair_value_usd IS 'Of a gift, its value on the day it was received.';
COMMENT ON COLUMN ledger.overrides.note IS 'What the person noted.';
COMMENT ON COLUMN ledger.overrides.line IS 'Where it stands in overrides.toml.';
