-- What moved, and what it was worth.
CREATE SCHEMA IF NOT EXISTS ledger;

CREATE OR REPLACE TABLE ledger.postings (
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
    is_spam BOOLEAN NOT NULL,
    value_usd DECIMAL(38, 8),
    price_source VARCHAR,
    is_interpolated BOOLEAN NOT NULL,
    market_value_usd DECIMAL(38, 8),
    raw_file VARCHAR NOT NULL,
    payload_hash VARCHAR NOT NULL,
    CHECK ((value_usd IS NULL) = (price_source IS NULL))
);

COMMENT ON TABLE ledger.postings IS 'Every movement of every booked transaction, once, with its value. One transaction is one or several postings in one account at one instant; nothing that was booked is missing here.';
COMMENT ON COLUMN ledger.postings.posting_id IS 'transaction_id, then # and the place of the posting in its transaction, counted from 1.';
COMMENT ON COLUMN ledger.postings.transaction_id IS 'account/stream/id, the id being the venue''s own.';
COMMENT ON COLUMN ledger.postings.transaction_number IS 'Place of the transaction in the whole book, in order of time, account and the venue''s own order. Changes when the book grows.';
COMMENT ON COLUMN ledger.postings.place IS 'Place of the posting in its transaction, counted from 1.';
COMMENT ON COLUMN ledger.postings.account IS 'Account of the configuration in which it moved.';
COMMENT ON COLUMN ledger.postings.stream IS 'Stream of the account that told of it, such as trades or deposits.';
COMMENT ON COLUMN ledger.postings.asset IS 'Symbol of what moved, after the aliases of the configuration.';
COMMENT ON COLUMN ledger.postings.quantity IS 'Units of the asset: positive received, negative sent. Exactly what the venue wrote.';
COMMENT ON COLUMN ledger.postings.role IS 'principal, or fee for what was charged (a negative quantity) or rebated (a positive one).';
COMMENT ON COLUMN ledger.postings.kind IS 'What the transaction is: trade, deposit, withdrawal, reward, airdrop, mining, interest, fork, gift_in, gift_out, income, spend, fee, lost, theft, donation, margin, wrap or unknown; by the person''s word also bought (elsewhere), inheritance, own (from or to an own account that is not in the book), keep_basis (an exchange that realizes nothing) or opening.';
COMMENT ON COLUMN ledger.postings.is_cash IS 'Whether the asset is money issued by a state (USD, EUR), which has no lots.';
COMMENT ON COLUMN ledger.postings.occurred_at IS 'When, in UTC.';
COMMENT ON COLUMN ledger.postings.tx_hash IS 'Hash of the transaction on its chain, where the source tells one.';
COMMENT ON COLUMN ledger.postings.counterparty IS 'Who was on the other side (an address), where the source tells.';
COMMENT ON COLUMN ledger.postings.is_spam IS 'Whether the asset stands in ledger.spam: it is kept, and by that mark worth nothing.';
COMMENT ON COLUMN ledger.postings.value_usd IS 'Value in the base currency at that instant, signed as the quantity; NULL where it is not known (never 0 for want of a price). Both sides of a trade have one value, before fees.';
COMMENT ON COLUMN ledger.postings.price_source IS 'What valued it: base (the base currency itself), spam (worth nothing by that mark), the source of a price, "trade for X" with the source that valued X, or "told with the transaction": what the source itself says that it was worth.';
COMMENT ON COLUMN ledger.postings.is_interpolated IS 'Whether the value rests on a close of up to three days before, for want of one of its own hour or day.';
COMMENT ON COLUMN ledger.postings.market_value_usd IS 'Beside a value that was told with the transaction: what market prices make of it, where they are known, signed as the quantity; NULL for all other postings.';
COMMENT ON COLUMN ledger.postings.raw_file IS 'Evidence: the file below the raw folder that holds the row; overrides.toml for an opening lot.';
COMMENT ON COLUMN ledger.postings.payload_hash IS 'First 32 hex digits of the SHA-256 of the row as received.';
