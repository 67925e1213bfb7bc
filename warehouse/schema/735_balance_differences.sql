-- What may explain that a venue holds more or less than the books.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.balance_differences (
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    computed_quantity DECIMAL(38, 18) NOT NULL,
    venue_quantity DECIMAL(38, 18) NOT NULL,
    difference DECIMAL(38, 18) NOT NULL CHECK (difference <> 0),
    value_usd DECIMAL(38, 8) CHECK (value_usd >= 0),
    checked_at TIMESTAMPTZ NOT NULL,
    agreed_at TIMESTAMPTZ,
    since_at TIMESTAMPTZ NOT NULL CHECK (since_at <= checked_at),
    cause VARCHAR NOT NULL,
    is_exact BOOLEAN NOT NULL,
    detail VARCHAR NOT NULL,
    runners_up VARCHAR[] NOT NULL,
    nearest_transaction_ids VARCHAR[] NOT NULL,
    PRIMARY KEY (account, asset)
);

COMMENT ON TABLE quality.balance_differences IS 'Every row of quality.balances that differs, with what may explain it. An explanation changes no number.';
COMMENT ON COLUMN quality.balance_differences.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.balance_differences.asset IS 'Symbol; money too.';
COMMENT ON COLUMN quality.balance_differences.computed_quantity IS 'Sum of the postings up to checked_at.';
COMMENT ON COLUMN quality.balance_differences.venue_quantity IS 'What the venue held then.';
COMMENT ON COLUMN quality.balance_differences.difference IS 'venue_quantity - computed_quantity.';
COMMENT ON COLUMN quality.balance_differences.value_usd IS 'What the difference is worth at the latest price, as a positive amount; NULL where there is none.';
COMMENT ON COLUMN quality.balance_differences.checked_at IS 'When the venue was asked, in UTC.';
COMMENT ON COLUMN quality.balance_differences.agreed_at IS 'The last time before since_at that the venue was asked and the difference was another one, mostly none; NULL where it always was this one.';
COMMENT ON COLUMN quality.balance_differences.since_at IS 'The first time that this same difference was seen: it arose between agreed_at and then.';
COMMENT ON COLUMN quality.balance_differences.cause IS 'The strongest explanation: pending, unpaired_leg, told_twice, renamed, rejected_row, missing_history, gap, rebasing, never_told, staked, missing_fee, dust, or unexplained.';
COMMENT ON COLUMN quality.balance_differences.is_exact IS 'Whether movements that the books lack, or have and should not, make up the difference to the last unit.';
COMMENT ON COLUMN quality.balance_differences.detail IS 'The strongest explanation in words.';
COMMENT ON COLUMN quality.balance_differences.runners_up IS 'Other explanations in words, the stronger first.';
COMMENT ON COLUMN quality.balance_differences.nearest_transaction_ids IS 'Transactions that make up the difference; where none do, the latest of the asset in the account before the difference was first seen.';
