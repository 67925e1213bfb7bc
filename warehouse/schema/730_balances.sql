-- What a venue says it holds, beside what the books say.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.balances (
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    computed_quantity DECIMAL(38, 18) NOT NULL,
    venue_quantity DECIMAL(38, 18),
    difference DECIMAL(38, 18),
    checked_at TIMESTAMPTZ NOT NULL,
    note VARCHAR,
    CHECK ((venue_quantity IS NULL) = (note IS NOT NULL)),
    CHECK ((venue_quantity IS NULL) = (difference IS NULL))
);

COMMENT ON TABLE quality.balances IS 'The latest balance of each account by the venue''s own word, beside the sum of its postings up to that instant.';
COMMENT ON COLUMN quality.balances.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.balances.asset IS 'Symbol, after the aliases of the configuration; money too.';
COMMENT ON COLUMN quality.balances.computed_quantity IS 'Sum of the postings up to checked_at.';
COMMENT ON COLUMN quality.balances.venue_quantity IS 'What the venue held then, free, locked, staked and lent together; NULL where it does not tell, or the books can not hold that number exactly.';
COMMENT ON COLUMN quality.balances.difference IS 'venue_quantity - computed_quantity; NULL where the one is.';
COMMENT ON COLUMN quality.balances.checked_at IS 'When the venue was asked, in UTC.';
COMMENT ON COLUMN quality.balances.note IS 'Why there is no comparison, in words; NULL where there is one.';
