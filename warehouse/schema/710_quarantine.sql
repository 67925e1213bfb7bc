-- What was received and could not be booked.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.quarantine (
    account VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    occurred_at TIMESTAMPTZ,
    reason VARCHAR NOT NULL,
    assets VARCHAR[] NOT NULL,
    payload VARCHAR NOT NULL,
    raw_file VARCHAR NOT NULL
);

COMMENT ON TABLE quality.quarantine IS 'Rows that were received and could not be booked, each with its reason. Nothing of them is in the ledger.';
COMMENT ON COLUMN quality.quarantine.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.quarantine.stream IS 'Stream of the account.';
COMMENT ON COLUMN quality.quarantine.id IS 'The venue''s own id of the row, or where it stands in an imported file.';
COMMENT ON COLUMN quality.quarantine.occurred_at IS 'When, in UTC, where the row says so.';
COMMENT ON COLUMN quality.quarantine.reason IS 'Why it could not be booked, in words.';
COMMENT ON COLUMN quality.quarantine.assets IS 'Symbols of all assets that the row is about; empty where they can not be read, then it may be about any.';
COMMENT ON COLUMN quality.quarantine.payload IS 'The row as received.';
COMMENT ON COLUMN quality.quarantine.raw_file IS 'Evidence: the file below the raw folder that holds the row.';
