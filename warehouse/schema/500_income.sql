-- Ordinary income: what was received for something other than a price.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.income (
    posting_id VARCHAR NOT NULL,
    transaction_id VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    received_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('reward', 'airdrop', 'mining', 'interest', 'fork', 'income')),
    value_usd DECIMAL(38, 8),
    price_source VARCHAR,
    tax_year INTEGER NOT NULL
);

COMMENT ON TABLE tax.income IS 'What was received as ordinary income, at its value when received; that value is the cost of the lot it makes.';
COMMENT ON COLUMN tax.income.posting_id IS 'Posting it stands for (ledger.postings); of a coin, the lot it makes.';
COMMENT ON COLUMN tax.income.transaction_id IS 'Transaction (ledger.postings).';
COMMENT ON COLUMN tax.income.account IS 'Account that received it.';
COMMENT ON COLUMN tax.income.asset IS 'Symbol of the coin or money.';
COMMENT ON COLUMN tax.income.quantity IS 'Units received: what is left of a reward after the commission kept back from it.';
COMMENT ON COLUMN tax.income.received_at IS 'When, in UTC.';
COMMENT ON COLUMN tax.income.kind IS 'reward, airdrop, mining, interest, fork or income.';
COMMENT ON COLUMN tax.income.value_usd IS 'Value when received; NULL where not known.';
COMMENT ON COLUMN tax.income.price_source IS 'What valued it: the price_source of its posting, or overrides.toml where the person gave its value.';
COMMENT ON COLUMN tax.income.tax_year IS 'Tax year in the taxpayer''s time zone, by the calendar year in which it begins.';
