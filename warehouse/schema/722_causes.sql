-- Where coins that found no lot are likeliest to have come from.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.causes (
    problem_id VARCHAR NOT NULL,
    place INTEGER NOT NULL CHECK (place > 0),
    cause VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR,
    quantity DECIMAL(38, 18),
    occurred_at TIMESTAMPTZ,
    transaction_id VARCHAR,
    weight INTEGER NOT NULL,
    fits BOOLEAN NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (problem_id, place)
);

COMMENT ON TABLE quality.causes IS 'For each missing_basis and missing_lots of quality.problems, what may explain it, best first: ranked by evidence, of which an amount that fits is the best. Not proof.';
COMMENT ON COLUMN quality.causes.problem_id IS 'Problem (quality.problems).';
COMMENT ON COLUMN quality.causes.place IS 'Its place among the causes of the problem, from 1.';
COMMENT ON COLUMN quality.causes.cause IS 'unpaired_deposit, proposed_transfer (one that is not booked), unpaired_withdrawal (from another account), renamed (as much is held under another symbol), gap (in coverage), rejected_row, balance_difference, unlisted_folder (raw of no account), begins_with_a_sale, not_offered (a stream that the venue has not).';
COMMENT ON COLUMN quality.causes.account IS 'Account, or raw folder, that it is about.';
COMMENT ON COLUMN quality.causes.asset IS 'Symbol that it is about; NULL where that is not one.';
COMMENT ON COLUMN quality.causes.quantity IS 'Units that it is about, where it tells them.';
COMMENT ON COLUMN quality.causes.occurred_at IS 'When it was, or began, in UTC.';
COMMENT ON COLUMN quality.causes.transaction_id IS 'Transaction that it is about (ledger.postings), or the row of raw.';
COMMENT ON COLUMN quality.causes.weight IS 'How much speaks for it: a grade by rule and not a probability.';
COMMENT ON COLUMN quality.causes.fits IS 'Whether its amount is what is missing, or within two hundredths of it.';
COMMENT ON COLUMN quality.causes.detail IS 'The cause in words.';
