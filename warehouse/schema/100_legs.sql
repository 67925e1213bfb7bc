-- What moved, before it is valued: every booked row of raw once, taken apart into its postings.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE OR REPLACE TABLE ledger.legs (
    posting_id VARCHAR NOT NULL,
    transaction_id VARCHAR NOT NULL,
    transaction_number BIGINT NOT NULL,
    place INTEGER NOT NULL CHECK (place > 0),
    account VARCHAR NOT NULL,
    stream VARCHAR NOT NULL,
    asset VARCHAR NOT NULL CHECK (asset <> ''),
    quantity DECIMAL(38, 18) NOT NULL,
    role VARCHAR NOT NULL CHECK (role IN ('principal', 'fee')),
    kind VARCHAR NOT NULL,
    is_cash BOOLEAN NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    tx_hash VARCHAR,
    counterparty VARCHAR,
    mark VARCHAR CHECK (mark IN ('bait', 'unasked', 'liquidity')),
    worth_asset VARCHAR,
    worth_quantity DECIMAL(38, 18) CHECK (worth_quantity > 0),
    raw_file VARCHAR NOT NULL,
    payload_hash VARCHAR NOT NULL
);

COMMENT ON TABLE ledger.legs IS 'Every movement of every booked transaction, once, before it is valued. ledger.postings is the same rows with their values.';
COMMENT ON COLUMN ledger.legs.posting_id IS 'transaction_id, then # and the place of the posting in its transaction, counted from 1.';
COMMENT ON COLUMN ledger.legs.transaction_id IS 'account/stream/id, the id being the venue''s own.';
COMMENT ON COLUMN ledger.legs.transaction_number IS 'Place of the transaction in the whole book, in order of time, account and the venue''s own order. Changes when the book grows.';
COMMENT ON COLUMN ledger.legs.place IS 'Place of the posting in its transaction, counted from 1.';
COMMENT ON COLUMN ledger.legs.account IS 'Account of the configuration in which it moved.';
COMMENT ON COLUMN ledger.legs.stream IS 'Stream of the account that told of it, such as trades or deposits.';
COMMENT ON COLUMN ledger.legs.asset IS 'Symbol of what moved, after the aliases of the configuration.';
COMMENT ON COLUMN ledger.legs.quantity IS 'Units of the asset: positive received, negative sent. Exactly what the venue wrote.';
COMMENT ON COLUMN ledger.legs.role IS 'principal, or fee for what was charged (a negative quantity) or rebated (a positive one).';
COMMENT ON COLUMN ledger.legs.kind IS 'What the transaction is: trade, deposit, withdrawal, reward, airdrop, mining, interest, fork, gift_in, gift_out, income, spend, fee, lost, theft, donation, margin, wrap or unknown; by the person''s word also bought (elsewhere), inheritance, own (from or to an own account that is not in the book), keep_basis (an exchange that realizes nothing) or opening.';
COMMENT ON COLUMN ledger.legs.is_cash IS 'Whether the asset is money issued by a state (USD, EUR), which has no lots.';
COMMENT ON COLUMN ledger.legs.occurred_at IS 'When, in UTC.';
COMMENT ON COLUMN ledger.legs.tx_hash IS 'Hash of the transaction on its chain, where the source tells one.';
COMMENT ON COLUMN ledger.legs.counterparty IS 'Who was on the other side (an address), where the source tells.';
COMMENT ON COLUMN ledger.legs.mark IS 'What the source says of a token: of one that nobody asked for bait (named after a site or a claim) or unasked (any other that is not known); liquidity where it stands for what went into a pool or came out of it in this transaction. NULL for everything else, and for what the person decided.';
COMMENT ON COLUMN ledger.legs.worth_asset IS 'In what the source says that the whole transaction was worth something, after the aliases of the configuration; NULL where it does not say.';
COMMENT ON COLUMN ledger.legs.worth_quantity IS 'How many units of worth_asset the source says that one side of the transaction was worth, to the 18th decimal; NULL where it does not say.';
COMMENT ON COLUMN ledger.legs.raw_file IS 'Evidence: the file below the raw folder that holds the row; overrides.toml for an opening lot.';
COMMENT ON COLUMN ledger.legs.payload_hash IS 'First 32 hex digits of the SHA-256 of the row as received.';
