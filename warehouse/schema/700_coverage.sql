-- How much of each account is known.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.coverage (
    account VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('ok', 'failed', 'not_offered', 'never')),
    began_at TIMESTAMPTZ,
    began_source VARCHAR CHECK (began_source IN ('configured', 'first_event', 'asked_from')),
    covered_from TIMESTAMPTZ,
    covered_to TIMESTAMPTZ,
    gaps VARCHAR,
    is_complete BOOLEAN,
    is_stale BOOLEAN NOT NULL,
    last_success_at TIMESTAMPTZ,
    last_error VARCHAR,
    CHECK ((began_at IS NULL) = (began_source IS NULL)),
    same_as VARCHAR
);

CREATE OR REPLACE TABLE quality.coverage_gaps (
    account VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    scope VARCHAR NOT NULL,
    from_at TIMESTAMPTZ,
    to_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL CHECK (reason IN (
        'never_asked', 'failed', 'stale', 'can_not_tell', 'before_first_known', 'not_offered'
    )),
    detail VARCHAR NOT NULL,
    noticed_at TIMESTAMPTZ,
    is_counted BOOLEAN NOT NULL,
    CHECK (from_at <= to_at)
);

COMMENT ON TABLE quality.coverage IS 'How much of each stream of each account is known, from the windows that its files complete and from how its syncs ended. An account that was never synced has one row, of the stream all. What is not known stands in quality.coverage_gaps; everything else from began_at to covered_to is proven complete.';
COMMENT ON COLUMN quality.coverage.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.coverage.stream IS 'Stream of the account, such as trades.';
COMMENT ON COLUMN quality.coverage.outcome IS 'How the last sync of it ended: ok, failed, not_offered (the venue has no such stream: not the same as empty), never.';
COMMENT ON COLUMN quality.coverage.began_at IS 'When the account began, in UTC; NULL where nothing tells.';
COMMENT ON COLUMN quality.coverage.began_source IS 'How that is known: configured (since in the configuration), first_event (nothing came in before it), asked_from (the first instant that was asked for: a venue from its opening on, a chain from the first block read).';
COMMENT ON COLUMN quality.coverage.covered_from IS 'First instant known completely.';
COMMENT ON COLUMN quality.coverage.covered_to IS 'Instant up to which all is known that is known at all; of a stream walked market by market, the earliest over its markets.';
COMMENT ON COLUMN quality.coverage.gaps IS 'The spans of quality.coverage_gaps that the last sync left, in one line; NULL where there are none.';
COMMENT ON COLUMN quality.coverage.is_complete IS 'Whether the last sync ended well and left no gap; NULL where nothing is offered.';
COMMENT ON COLUMN quality.coverage.is_stale IS 'Whether the last success is older than the configuration allows, or there was none.';
COMMENT ON COLUMN quality.coverage.last_success_at IS 'When it was last synced without an error, in UTC.';
COMMENT ON COLUMN quality.coverage.last_error IS 'What was wrong at the last sync; NULL where that ended well.';
COMMENT ON COLUMN quality.coverage.same_as IS 'The other account that it tells of by the configuration, whose coins its rows then move; NULL for its own.';

COMMENT ON TABLE quality.coverage_gaps IS 'What of each stream of transactions is not known since its account began, and why. Figures rest on a gap when coins of its account can have come or gone in it: quality.doubts says which.';
COMMENT ON COLUMN quality.coverage_gaps.account IS 'Account of the configuration.';
COMMENT ON COLUMN quality.coverage_gaps.stream IS 'Stream of the account; all where it was never synced.';
COMMENT ON COLUMN quality.coverage_gaps.scope IS 'The market, or what of a chain is not seen (coins, internal, tokens, rewards); empty for all of the stream.';
COMMENT ON COLUMN quality.coverage_gaps.from_at IS 'Since when it is not known, in UTC; NULL where nothing tells when the account began.';
COMMENT ON COLUMN quality.coverage_gaps.to_at IS 'Until when.';
COMMENT ON COLUMN quality.coverage_gaps.reason IS 'never_asked (or its file is lost), failed (the last sync did not get it), stale (not asked for too long), can_not_tell (the source says so), before_first_known (the account began earlier), not_offered (the venue has no such stream).';
COMMENT ON COLUMN quality.coverage_gaps.detail IS 'Why it is not known, in words.';
COMMENT ON COLUMN quality.coverage_gaps.noticed_at IS 'Since when it is known to be a gap: the first failure, the source''s word, the last sync; NULL where that is not recorded.';
COMMENT ON COLUMN quality.coverage_gaps.is_counted IS 'Whether it puts figures in doubt: not where a venue just has no such stream.';
