-- What stands between the books and a proven figure.
CREATE SCHEMA IF NOT EXISTS quality;

CREATE OR REPLACE TABLE quality.problems (
    problem_id VARCHAR,
    problem VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR,
    quantity DECIMAL(38, 18),
    value_usd DECIMAL(38, 8),
    stake_usd DECIMAL(38, 8) CHECK (stake_usd >= 0),
    occurred_at TIMESTAMPTZ,
    since_at TIMESTAMPTZ,
    likely_cause VARCHAR,
    transaction_id VARCHAR,
    event_id VARCHAR,
    detail VARCHAR NOT NULL
);

COMMENT ON TABLE quality.problems IS 'What stands between the books and a proven figure, one row for each thing to resolve, in words. Nothing here is hidden in a sum as a zero.';
COMMENT ON COLUMN quality.problems.problem_id IS 'problem, then : and what it was found in; stays the same from build to build.';
COMMENT ON COLUMN quality.problems.problem IS 'unpaired_deposit, unpaired_withdrawal, unconfirmed_transfer, rounded_transfer, missing_basis, missing_lots, missing_price, unknown_kind, one_sided_trade, gift_without_basis, margin_not_supported, rejected_row, told_value_far (the source says another value than market prices), told_twice (two sources seem to tell one event), same_account (two accounts tell the same events, and nobody says that they are one), raw_file, balance_difference (a venue holds more or less than the books; money, and what is worth less than a unit of it, are left out), stale_override (a decision whose event changed, is gone or never fitted), lot_method_unrecorded, or what was wrong with an identification or allocation of lots.';
COMMENT ON COLUMN quality.problems.account IS 'Account it was found in.';
COMMENT ON COLUMN quality.problems.asset IS 'Symbol of what it is about, where it is about one.';
COMMENT ON COLUMN quality.problems.quantity IS 'Units it is about: of a missing_basis exactly those that found no lot.';
COMMENT ON COLUMN quality.problems.value_usd IS 'Of a missing_basis, the proceeds whose cost is unproven.';
COMMENT ON COLUMN quality.problems.stake_usd IS 'Money at stake: the proceeds of a missing_basis, what a balance_difference is worth, of a same_account what its told_twice have together, of anything else what the units were worth when they moved; NULL where that is not known (never 0 for want of a price).';
COMMENT ON COLUMN quality.problems.occurred_at IS 'When, in UTC.';
COMMENT ON COLUMN quality.problems.since_at IS 'Of a missing_basis or missing_lots, when lots of that coin first ran out there: what is missing came before.';
COMMENT ON COLUMN quality.problems.likely_cause IS 'Of a missing_basis or missing_lots, the likeliest cause (quality.causes has all, ranked); NULL where nothing known speaks for one.';
COMMENT ON COLUMN quality.problems.transaction_id IS 'Transaction it was found in (ledger.postings), where it is about one.';
COMMENT ON COLUMN quality.problems.event_id IS 'Event it was found in (lots.events), where it is about one.';
COMMENT ON COLUMN quality.problems.detail IS 'What is wrong and what would resolve it, in words.';
