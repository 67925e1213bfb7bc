-- What one unit was worth.
CREATE SCHEMA IF NOT EXISTS market;

CREATE OR REPLACE TABLE market.prices (
    asset VARCHAR NOT NULL CHECK (asset <> ''),
    "at" TIMESTAMPTZ NOT NULL,
    price_usd DECIMAL(38, 18) NOT NULL CHECK (price_usd >= 0),
    source VARCHAR NOT NULL CHECK (source <> ''),
    is_interpolated BOOLEAN NOT NULL
);

COMMENT ON TABLE market.prices IS 'What one unit was worth, one row for each asset and instant: fetched closes and prices of events, and the user''s own prices, which win on their day. Nothing is priced zero for want of a price.';
COMMENT ON COLUMN market.prices.asset IS 'Symbol, after the aliases of the configuration; other money than the base currency has prices too.';
COMMENT ON COLUMN market.prices."at" IS 'Instant of the price, in UTC: the daily close of 1 March is at 2 March 00:00. A token that only pools price has one at the instant of each event too.';
COMMENT ON COLUMN market.prices.price_usd IS 'Price of one unit in the base currency of the book.';
COMMENT ON COLUMN market.prices.source IS 'Venue and route that the price comes from, or the pool and the block after which it had it, prices.csv for the user''s own, or overrides.toml.';
COMMENT ON COLUMN market.prices.is_interpolated IS 'Whether the source had no quote of its own for this instant.';
