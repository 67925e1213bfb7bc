-- What moved between the person's own accounts.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE OR REPLACE TABLE ledger.transfers (
    transfer_id VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    from_account VARCHAR NOT NULL,
    to_account VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    fee_quantity DECIMAL(38, 18) NOT NULL CHECK (fee_quantity >= 0),
    left_at TIMESTAMPTZ NOT NULL,
    arrived_at TIMESTAMPTZ NOT NULL,
    rule VARCHAR NOT NULL,
    confidence DECIMAL(3, 2) NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    is_confirmed BOOLEAN NOT NULL,
    is_booked BOOLEAN NOT NULL CHECK (is_booked OR NOT is_confirmed),
    from_posting_id VARCHAR NOT NULL,
    to_posting_id VARCHAR NOT NULL
);

COMMENT ON TABLE ledger.transfers IS 'Withdrawals paired with the deposits they became: the coins stayed the person''s own, with their lots. A withdrawal that arrived in several parts, or several that arrived as one, are a row for each part. Rows that are not confirmed are proposals.';
COMMENT ON COLUMN ledger.transfers.transfer_id IS 'posting_id of what left; of its second and further parts followed by ~ and their number.';
COMMENT ON COLUMN ledger.transfers.asset IS 'Symbol of what moved.';
COMMENT ON COLUMN ledger.transfers.from_account IS 'Account it left.';
COMMENT ON COLUMN ledger.transfers.to_account IS 'Account it reached.';
COMMENT ON COLUMN ledger.transfers.quantity IS 'Units that arrived; where a source rounds its amounts, what both sources tell.';
COMMENT ON COLUMN ledger.transfers.fee_quantity IS 'Units that left and did not arrive: taken on the way. A fee that the venue lists apart is a fee posting of the withdrawal and not in here.';
COMMENT ON COLUMN ledger.transfers.left_at IS 'When it left, in UTC.';
COMMENT ON COLUMN ledger.transfers.arrived_at IS 'When it arrived, in UTC, by the receiving account''s clock.';
COMMENT ON COLUMN ledger.transfers.rule IS 'Why the two belong together: told (overrides.toml says so), tx_hash (the same transaction of a chain), address (both tell the same address, or one tells an address of the other account), amount_time (the same quantity within days), amount_fee_time (less a plausible fee), rounded_amount (one of them is the other with fewer decimals), split (one withdrawal arrived as several deposits), batch (several arrived as one).';
COMMENT ON COLUMN ledger.transfers.confidence IS 'How sure the pair is, from 0 to 1: a grade by rule, lower where another reading is nearly as good. Not a measured frequency.';
COMMENT ON COLUMN ledger.transfers.is_confirmed IS 'Whether it rests on evidence (a hash; the person''s word; an address and the same quantity). If not, it is a proposal.';
COMMENT ON COLUMN ledger.transfers.is_booked IS 'Whether the books move lots by it. A proposal is booked only where its two ends fit exactly and nothing else fits nearly as well; lots of that coin in to_account are then for review; without booking, both ends stay unpaired.';
COMMENT ON COLUMN ledger.transfers.from_posting_id IS 'Posting of what left.';
COMMENT ON COLUMN ledger.transfers.to_posting_id IS 'Posting of what arrived.';
