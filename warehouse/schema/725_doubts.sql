-- What the figures of the books rest on that is not known, or not decided.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.doubts (
    doubt_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    from_at TIMESTAMPTZ,
    via VARCHAR,
    reason VARCHAR NOT NULL,
    UNIQUE (doubt_id, account, asset)
);

CREATE OR REPLACE TABLE quality.year_doubts (
    tax_year INTEGER NOT NULL,
    doubt_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    is_inside BOOLEAN NOT NULL,
    disposal_count BIGINT NOT NULL,
    gain_usd DECIMAL(38, 8) NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (tax_year, doubt_id)
);

COMMENT ON TABLE quality.doubts IS 'Which coins of which accounts rest on something that is not known or not decided, and since when: every sale of the coin there from from_at on may have taken other lots. Followed through pools and through lots that moved on.';
COMMENT ON COLUMN quality.doubts.doubt_id IS 'What is in doubt: gap, then : and its account, stream and span; else the problem_id (quality.problems).';
COMMENT ON COLUMN quality.doubts.kind IS 'gap (quality.coverage_gaps), or the problem: unconfirmed_transfer (a proposal that moved lots), unpaired_deposit, unpaired_withdrawal, unknown_kind, one_sided_trade, rejected_row, told_twice, same_account.';
COMMENT ON COLUMN quality.doubts.account IS 'Account whose sales rest on it.';
COMMENT ON COLUMN quality.doubts.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN quality.doubts.from_at IS 'Since when, in UTC; NULL: ever since.';
COMMENT ON COLUMN quality.doubts.via IS 'How it got here: the account or the coin that its lots came from, every account where all of them were one pool, NULL where it is of this account itself.';
COMMENT ON COLUMN quality.doubts.reason IS 'What is in doubt, in words.';

COMMENT ON TABLE quality.year_doubts IS 'Which tax years each doubt touches: years it lies in, of which something may be missing, and years with disposals that rest on it.';
COMMENT ON COLUMN quality.year_doubts.tax_year IS 'Tax year in the taxpayer''s time zone, by the calendar year in which it begins.';
COMMENT ON COLUMN quality.year_doubts.doubt_id IS 'What is in doubt (quality.doubts).';
COMMENT ON COLUMN quality.year_doubts.kind IS 'As in quality.doubts.';
COMMENT ON COLUMN quality.year_doubts.is_inside IS 'Whether it lies in the year itself, so that sales or income of the year may be missing.';
COMMENT ON COLUMN quality.year_doubts.disposal_count IS 'Disposals of the year that rest on it (rows of lots.disposals).';
COMMENT ON COLUMN quality.year_doubts.gain_usd IS 'Sum of their known gains, which are in the sums of the year.';
COMMENT ON COLUMN quality.year_doubts.reason IS 'What is in doubt, and what that means for the year, in words.';
