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
    rule VARCHAR NOT NULL CHECK (rule IN ('tx_hash', 'amount_time')),
    is_confirmed BOOLEAN NOT NULL,
    from_posting_id VARCHAR NOT NULL,
    to_posting_id VARCHAR NOT NULL
);

COMMENT ON TABLE ledger.transfers IS 'Withdrawals paired with the deposits they became: the coins stayed the person''s own, with their lots.';
COMMENT ON COLUMN ledger.transfers.transfer_id IS 'posting_id of what left.';
COMMENT ON COLUMN ledger.transfers.asset IS 'Symbol of what moved.';
COMMENT ON COLUMN ledger.transfers.from_account IS 'Account it left.';
COMMENT ON COLUMN ledger.transfers.to_account IS 'Account it reached.';
COMMENT ON COLUMN ledger.transfers.quantity IS 'Units that arrived.';
COMMENT ON COLUMN ledger.transfers.fee_quantity IS 'Units that left and did not arrive: taken on the way. A fee that the venue lists apart is a fee posting of the withdrawal and not in here.';
COMMENT ON COLUMN ledger.transfers.left_at IS 'When it left, in UTC.';
COMMENT ON COLUMN ledger.transfers.arrived_at IS 'When it arrived, in UTC, by the receiving account''s clock.';
COMMENT ON COLUMN ledger.transfers.rule IS 'Why the two belong together: tx_hash (the same transaction of the chain), or amount_time (the same quantity within three days, and no other candidate on either side).';
COMMENT ON COLUMN ledger.transfers.is_confirmed IS 'Whether the pairing rests on evidence (a hash) and not on a guess.';
COMMENT ON COLUMN ledger.transfers.from_posting_id IS 'Posting of what left.';
COMMENT ON COLUMN ledger.transfers.to_posting_id IS 'Posting of what arrived.';
