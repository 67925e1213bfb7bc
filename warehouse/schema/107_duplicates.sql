-- What more than one source tells.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE OR REPLACE TABLE ledger.duplicates (
    duplicate_id VARCHAR NOT NULL,
    transaction_id VARCHAR NOT NULL,
    kept_transaction_id VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    kept_account VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    kept_occurred_at TIMESTAMPTZ NOT NULL,
    moved VARCHAR NOT NULL,
    kept_moved VARCHAR NOT NULL,
    asset VARCHAR,
    quantity DECIMAL(38, 18),
    rule VARCHAR NOT NULL,
    confidence DECIMAL(3, 2) NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    is_confirmed BOOLEAN NOT NULL,
    is_applied BOOLEAN NOT NULL CHECK (is_applied OR NOT is_confirmed),
    differs VARCHAR,
    raw_file VARCHAR NOT NULL,
    payload_hash VARCHAR NOT NULL,
    kept_raw_file VARCHAR NOT NULL
);

COMMENT ON TABLE ledger.duplicates IS 'Events that two sources tell: the row that is booked and the one that tells it again. A row of the API goes before one of a file, one that tells a fee before one that does not. What is not applied is a proposal: both are booked.';
COMMENT ON COLUMN ledger.duplicates.duplicate_id IS 'transaction_id, then = and kept_transaction_id; stays the same from build to build.';
COMMENT ON COLUMN ledger.duplicates.transaction_id IS 'The transaction that tells it again: source/stream/id. It is in no other table where is_applied.';
COMMENT ON COLUMN ledger.duplicates.kept_transaction_id IS 'The transaction that is booked. Of rule order there is a row for each fill.';
COMMENT ON COLUMN ledger.duplicates.account IS 'Account of which the other row tells.';
COMMENT ON COLUMN ledger.duplicates.kept_account IS 'Account in which it is booked.';
COMMENT ON COLUMN ledger.duplicates.kind IS 'Kind that the other row tells, before any decision.';
COMMENT ON COLUMN ledger.duplicates.occurred_at IS 'When, by the other row, in UTC.';
COMMENT ON COLUMN ledger.duplicates.kept_occurred_at IS 'When, by the row that is booked.';
COMMENT ON COLUMN ledger.duplicates.moved IS 'What moved apart from fees by the other row, with every digit.';
COMMENT ON COLUMN ledger.duplicates.kept_moved IS 'What moved apart from fees by the row that is booked.';
COMMENT ON COLUMN ledger.duplicates.asset IS 'A coin that it moved (money where it moved no coin).';
COMMENT ON COLUMN ledger.duplicates.quantity IS 'Units of it by the other row, signed.';
COMMENT ON COLUMN ledger.duplicates.rule IS 'Why they are one: told (overrides.toml says so), id (the file tells the venue''s id of it), tx_hash (the same transaction of a chain), content (all the same, to the second and the last digit), order (the file tells the sum of the fills of one order); or why they may be: rounded (fewer digits), time (cut or shifted), zone (hours apart), fee (told elsewhere), kind (called something else), unlinked (equal, in an account that nobody says is the same), stream (two lists of one venue), edge (equal, where a file of whole days begins or ends).';
COMMENT ON COLUMN ledger.duplicates.confidence IS 'How sure it is, from 0 to 1: a grade by rule, lower where another reading is as good. Not a measured frequency.';
COMMENT ON COLUMN ledger.duplicates.is_confirmed IS 'Whether it rests on evidence or the person''s word. If not, it is a proposal.';
COMMENT ON COLUMN ledger.duplicates.is_applied IS 'Whether the other row is left out of the books. Of proposals only those of a file that tells of the same account (same_as) are, where nothing else fits as well; the coin is then for review.';
COMMENT ON COLUMN ledger.duplicates.differs IS 'What the two tell differently, in words; NULL where they tell the same.';
COMMENT ON COLUMN ledger.duplicates.raw_file IS 'Evidence: the file below the raw folder that holds the other row.';
COMMENT ON COLUMN ledger.duplicates.payload_hash IS 'First 32 hex digits of the SHA-256 of the other row as received.';
COMMENT ON COLUMN ledger.duplicates.kept_raw_file IS 'Evidence: the file that holds the row that is booked.';
