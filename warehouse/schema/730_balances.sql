-- What a venue says it holds, beside what the books say.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.balances (
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    computed_quantity DECIMAL(38, 18) NOT NULL,
    venue_quantity DECIMAL(38, 18) NOT NULL,
    difference DECIMAL(38, 18) NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE quality.balances IS 'The latest balance of each account by the venue''s own word, beside the sum of its postings up to that instant.';
COMMENT ON COLUMN quality.balances.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.balances.asset IS 'Symbol, after the aliases of the configuration; money too.';
COMMENT ON COLUMN quality.balances.computed_quantity IS 'Sum of the postings up to checked_at.';
COMMENT ON COLUMN quality.balances.venue_quantity IS 'What the venue held then, free, locked, staked and lent together.';
COMMENT ON COLUMN quality.balances.difference IS 'venue_quantity - computed_quantity.';
COMMENT ON COLUMN quality.balances.checked_at IS 'When the venue was asked, in UTC.';
