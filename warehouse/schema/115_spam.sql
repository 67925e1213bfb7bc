-- Tokens that nobody asked for.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE OR REPLACE TABLE ledger.spam (
    asset VARCHAR NOT NULL,
    mark VARCHAR NOT NULL CHECK (mark IN ('bait', 'unasked')),
    movements BIGINT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE ledger.spam IS 'Tokens taken for spam: every movement of them was marked by its source, and they have no price. They are kept in the books at nothing, make no income and stand in no problem. A price in prices.csv, or what the person says an event was, takes a token out of here.';
COMMENT ON COLUMN ledger.spam.asset IS 'Symbol with its contract and chain.';
COMMENT ON COLUMN ledger.spam.mark IS 'bait: named after a site or a claim. unasked: sent by a contract that nobody of the book called, and not known.';
COMMENT ON COLUMN ledger.spam.movements IS 'How often it moved.';
COMMENT ON COLUMN ledger.spam.first_at IS 'When it first came, in UTC.';
