-- How much of each account is known.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.coverage (
    account VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('ok', 'failed', 'not_offered', 'never')),
    covered_from TIMESTAMPTZ,
    covered_to TIMESTAMPTZ,
    gaps VARCHAR,
    is_complete BOOLEAN,
    is_stale BOOLEAN NOT NULL,
    last_success_at TIMESTAMPTZ,
    last_error VARCHAR
);

COMMENT ON TABLE quality.coverage IS 'How much of each stream of each account is known, from the windows that its files complete and from how its syncs ended. An account that was never synced has one row, of the stream all.';
COMMENT ON COLUMN quality.coverage.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.coverage.stream IS 'Stream of the account, such as trades.';
COMMENT ON COLUMN quality.coverage.outcome IS 'How the last sync of it ended: ok, failed, not_offered (the venue has no such stream: not the same as empty), never.';
COMMENT ON COLUMN quality.coverage.covered_from IS 'First instant known completely.';
COMMENT ON COLUMN quality.coverage.covered_to IS 'Instant up to which all is known that is known at all; of a stream walked market by market, the earliest over its markets.';
COMMENT ON COLUMN quality.coverage.gaps IS 'Spans that are not known, as from/to in UTC with their market or with what of them is not seen and why; NULL where there are none.';
COMMENT ON COLUMN quality.coverage.is_complete IS 'Whether the last sync ended well and left no gap; NULL where nothing is offered.';
COMMENT ON COLUMN quality.coverage.is_stale IS 'Whether the last success is older than the configuration allows, or there was none.';
COMMENT ON COLUMN quality.coverage.last_success_at IS 'When it was last synced without an error, in UTC.';
COMMENT ON COLUMN quality.coverage.last_error IS 'What was wrong at the last sync; NULL where that ended well.';
