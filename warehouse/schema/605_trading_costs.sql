-- What selling would take: how much can be reached, at what price, at what cost.
CREATE SCHEMA IF NOT EXISTS harvest;

CREATE OR REPLACE TABLE harvest.trading_costs (
    as_of TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    held_quantity DECIMAL(38, 18) NOT NULL CHECK (held_quantity > 0),
    reachable_quantity DECIMAL(38, 18) NOT NULL CHECK (reachable_quantity BETWEEN 0 AND held_quantity),
    source VARCHAR NOT NULL CHECK (source IN ('order book', 'default')),
    market VARCHAR,
    checked_at TIMESTAMPTZ,
    age_minutes BIGINT,
    fee_rate DECIMAL(38, 18) NOT NULL,
    fee_source VARCHAR NOT NULL CHECK (fee_source IN ('venue', 'default')),
    bid_price_usd DECIMAL(38, 18),
    ask_price_usd DECIMAL(38, 18),
    sell_price_usd DECIMAL(38, 18),
    sell_rate DECIMAL(38, 18) NOT NULL,
    buy_rate DECIMAL(38, 18) NOT NULL,
    fixed_usd DECIMAL(38, 8) NOT NULL CHECK (fixed_usd >= 0),
    buy_fixed_usd DECIMAL(38, 8) NOT NULL CHECK (buy_fixed_usd >= 0),
    gas_source VARCHAR CHECK (gas_source IN ('node', 'default')),
    gas_checked_at TIMESTAMPTZ,
    gas_age_minutes BIGINT,
    minimum_quantity DECIMAL(38, 18),
    minimum_value_usd DECIMAL(38, 8),
    free_in_time_quantity DECIMAL(38, 18) CHECK (free_in_time_quantity >= 0),
    last_free_at TIMESTAMPTZ CHECK (last_free_at IS NULL OR free_in_time_quantity > 0),
    notes VARCHAR[] NOT NULL,
    PRIMARY KEY (account, asset),
    CHECK ((checked_at IS NULL) = (age_minutes IS NULL)),
    CHECK ((gas_checked_at IS NULL) = (gas_age_minutes IS NULL)),
    CHECK (gas_source IS DISTINCT FROM 'node' OR gas_checked_at IS NOT NULL)
);

COMMENT ON TABLE harvest.trading_costs IS 'What selling the open lots of one coin in one account would take, by what the venue told at the last sync, else by what the configuration assumes; each row says which.';
COMMENT ON COLUMN harvest.trading_costs.as_of IS 'The moment for which the figures hold.';
COMMENT ON COLUMN harvest.trading_costs.account IS 'Account that holds the lots; outside: left to an address that is in no account of the book.';
COMMENT ON COLUMN harvest.trading_costs.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.trading_costs.held_quantity IS 'Units of all open lots there that are not on the way.';
COMMENT ON COLUMN harvest.trading_costs.reachable_quantity IS 'Units of them that can be sold now: what the venue calls free. notes say what keeps the others, or that nothing tells it.';
COMMENT ON COLUMN harvest.trading_costs.source IS 'Where the rates are from: order book, or default for the configuration''s cost_rate.';
COMMENT ON COLUMN harvest.trading_costs.market IS 'Market that was asked, where one was.';
COMMENT ON COLUMN harvest.trading_costs.checked_at IS 'When the venue was asked, in UTC.';
COMMENT ON COLUMN harvest.trading_costs.age_minutes IS 'How old that is at as_of.';
COMMENT ON COLUMN harvest.trading_costs.fee_rate IS 'The account''s taker fee as a share of value.';
COMMENT ON COLUMN harvest.trading_costs.fee_source IS 'venue: told for this account. default: the configuration''s cost_rate.';
COMMENT ON COLUMN harvest.trading_costs.bid_price_usd IS 'Best price that somebody offered for one unit.';
COMMENT ON COLUMN harvest.trading_costs.ask_price_usd IS 'Best price at which somebody offered one unit.';
COMMENT ON COLUMN harvest.trading_costs.sell_price_usd IS 'Average price of one unit when all that can be reached is sold into the order book, before the fee; NULL where it is not known.';
COMMENT ON COLUMN harvest.trading_costs.sell_rate IS 'Share of the value at the middle price that selling all that can be reached costs: spread, depth and fee, rounded up.';
COMMENT ON COLUMN harvest.trading_costs.buy_rate IS 'Share of the value at the middle price that buying it back costs on top.';
COMMENT ON COLUMN harvest.trading_costs.fixed_usd IS 'Cost of a sale that does not grow with the quantity: gas for coins on a chain.';
COMMENT ON COLUMN harvest.trading_costs.buy_fixed_usd IS 'The same of buying back: the way in takes as much gas as the way out.';
COMMENT ON COLUMN harvest.trading_costs.gas_source IS 'node: a stated amount of gas (notes) at the price that the node told, in the chain''s coin at its price. default: the configuration''s gas_usd; notes say why. NULL off chain.';
COMMENT ON COLUMN harvest.trading_costs.gas_checked_at IS 'When a node was asked for the price of gas, in UTC, even where it told none.';
COMMENT ON COLUMN harvest.trading_costs.gas_age_minutes IS 'How old that is at as_of.';
COMMENT ON COLUMN harvest.trading_costs.minimum_quantity IS 'Least units of one order, where the venue tells it.';
COMMENT ON COLUMN harvest.trading_costs.minimum_value_usd IS 'Least value of one order, where the venue tells it.';
COMMENT ON COLUMN harvest.trading_costs.free_in_time_quantity IS 'Of what the venue keeps (staked, lent, locked), units that it says come free before the tax year ends, if they are asked back now; not in reachable_quantity, and in no plan. NULL where it tells no balance.';
COMMENT ON COLUMN harvest.trading_costs.last_free_at IS 'When the last of them does.';
COMMENT ON COLUMN harvest.trading_costs.notes IS 'In words: what is not free, what is too small to sell, what is assumed.';
