-- Harvest: every open lot at the latest price, and those whose sale would realize a loss.
CREATE SCHEMA IF NOT EXISTS harvest;

CREATE OR REPLACE TABLE harvest.lot_values (
    as_of TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    lot_id VARCHAR NOT NULL,
    is_in_transit BOOLEAN NOT NULL,
    acquired_at TIMESTAMPTZ NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    cost_basis VARCHAR NOT NULL CHECK (cost_basis IN ('cost', 'gift_loss', 'gift_neither')),
    unit_cost_usd DECIMAL(38, 18),
    price_usd DECIMAL(38, 18),
    price_at TIMESTAMPTZ,
    source VARCHAR,
    is_interpolated BOOLEAN,
    value_usd DECIMAL(38, 8),
    unrealized_usd DECIMAL(38, 8),
    term VARCHAR CHECK (term IN ('short', 'long')),
    long_from_date DATE CHECK ((long_from_date IS NULL) = (term IS NULL)),
    days_to_long_term INTEGER CHECK (days_to_long_term >= 0 AND (days_to_long_term IS NULL) = (term IS NULL)),
    method VARCHAR NOT NULL,
    identified_quantity DECIMAL(38, 18) NOT NULL CHECK (identified_quantity BETWEEN 0 AND quantity),
    sell_first_quantity DECIMAL(38, 18) NOT NULL CHECK (sell_first_quantity >= 0),
    unrealized_first_usd DECIMAL(38, 8),
    short_first_usd DECIMAL(38, 8),
    reached_by VARCHAR[] NOT NULL,
    identify_command VARCHAR,
    deadline_at TIMESTAMPTZ NOT NULL,
    sell_by_at TIMESTAMPTZ NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('ready', 'review', 'blocked')),
    reasons VARCHAR[] NOT NULL,
    reachable_quantity DECIMAL(38, 18),
    sell_price_usd DECIMAL(38, 18),
    sell_price_source VARCHAR CHECK (sell_price_source IN ('order book', 'close')),
    unrealized_after_costs_usd DECIMAL(38, 8),
    PRIMARY KEY (lot_id, account, is_in_transit),
    CHECK ((price_usd IS NULL) = (value_usd IS NULL)),
    CHECK (unrealized_usd IS NULL OR unrealized_usd = value_usd - cost_usd),
    CHECK (unrealized_usd IS NOT NULL OR status = 'blocked'),
    CHECK ((status = 'ready') = (len(reasons) = 0))
);

COMMENT ON TABLE harvest.lot_values IS 'Every open lot valued at the latest price known at as_of, in the order in which its account would sell.';
COMMENT ON COLUMN harvest.lot_values.as_of IS 'The moment for which the figures hold.';
COMMENT ON COLUMN harvest.lot_values.account IS 'Account that holds it; outside: left to an address that is in no account of the book.';
COMMENT ON COLUMN harvest.lot_values.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.lot_values.lot_id IS 'The lot (lots.lots); one lot may lie in several accounts, one row each.';
COMMENT ON COLUMN harvest.lot_values.is_in_transit IS 'Whether it is on the way to the account and has not arrived.';
COMMENT ON COLUMN harvest.lot_values.acquired_at IS 'When the lot was acquired, in UTC; moving it does not change that.';
COMMENT ON COLUMN harvest.lot_values.quantity IS 'Units of the asset still held of the lot in this account.';
COMMENT ON COLUMN harvest.lot_values.cost_usd IS 'Cost of those units that a sale at price_usd is compared with (cost_basis); NULL where nothing proves it.';
COMMENT ON COLUMN harvest.lot_values.cost_basis IS 'cost; or of a gift that had lost value, at a price below the giver''s cost, gift_loss (its value when given, held since then) or gift_neither (between the two: no gain and no loss), as in lots.disposals.';
COMMENT ON COLUMN harvest.lot_values.unit_cost_usd IS 'Cost of one unit, rounded half to even.';
COMMENT ON COLUMN harvest.lot_values.price_usd IS 'Latest price of one unit at or before as_of; NULL where none is known.';
COMMENT ON COLUMN harvest.lot_values.price_at IS 'When that price held.';
COMMENT ON COLUMN harvest.lot_values.source IS 'Who gave that price (market.prices).';
COMMENT ON COLUMN harvest.lot_values.is_interpolated IS 'Whether that price lies between two quoted ones instead of being quoted.';
COMMENT ON COLUMN harvest.lot_values.value_usd IS 'quantity times price_usd, computed exactly and rounded half to even.';
COMMENT ON COLUMN harvest.lot_values.unrealized_usd IS 'value_usd less cost_usd: the gain (or, negative, the loss) of selling at that price, before costs of selling. NULL where price or cost is unknown.';
COMMENT ON COLUMN harvest.lot_values.term IS 'short or long: what a sale at as_of would be. DE: long is tax-free. NULL where a gain has no term (GB).';
COMMENT ON COLUMN harvest.lot_values.long_from_date IS 'First date, in the taxpayer''s time zone, on which a sale is long-term (DE: tax-free); NULL without terms.';
COMMENT ON COLUMN harvest.lot_values.days_to_long_term IS 'Days until then; 0 when it has come; NULL without terms.';
COMMENT ON COLUMN harvest.lot_values.method IS 'Lot method of the account by which the order of sale is told; pool where the law keeps one for each asset (GB).';
COMMENT ON COLUMN harvest.lot_values.identified_quantity IS 'Units of this lot that the identification journal names for the coming sales (lots.identifications): they go before the order of the method.';
COMMENT ON COLUMN harvest.lot_values.sell_first_quantity IS 'Units of other lots that a sale in this account would consume before all of this lot is sold: those identified already, then those before it by the method; 0: it is next.';
COMMENT ON COLUMN harvest.lot_values.unrealized_first_usd IS 'Gain or loss that would come with consuming them; NULL where one of them has no known gain.';
COMMENT ON COLUMN harvest.lot_values.short_first_usd IS 'The short-term part of unrealized_first_usd; the rest is long-term.';
COMMENT ON COLUMN harvest.lot_values.reached_by IS 'Lot methods under which this lot would be the next to go (all of them where it is identified); another than the account''s own counts only when recorded before the sale (lotkeeper identify --standing).';
COMMENT ON COLUMN harvest.lot_values.identify_command IS 'Command that records, before the sale, that it is of this lot; what is identified already still goes before it. NULL where it is next in any case, on the way or blocked.';
COMMENT ON COLUMN harvest.lot_values.deadline_at IS 'The end of the tax year in the taxpayer''s time zone: a sale before it counts for the year.';
COMMENT ON COLUMN harvest.lot_values.sell_by_at IS 'Before it a sale is this year''s by the taxpayer''s clock and by that of the broker''s own statements (time_zone of the account, UTC unless told): the earlier of both year ends.';
COMMENT ON COLUMN harvest.lot_values.status IS 'ready: nothing known speaks against acting on the row. review: look at reasons first. blocked: a sale (or the buying back that plans take for granted) would do something other than the figures say, or there are none.';
COMMENT ON COLUMN harvest.lot_values.reasons IS 'In words, what speaks against acting on the row; blocking ones first, empty when ready.';
COMMENT ON COLUMN harvest.lot_values.reachable_quantity IS 'Units of the coin in the account that can be sold now, of all its lots together (harvest.trading_costs).';
COMMENT ON COLUMN harvest.lot_values.sell_price_usd IS 'Price of one unit that one could get: the order book''s where one is known, else the close.';
COMMENT ON COLUMN harvest.lot_values.sell_price_source IS 'order book or close: where sell_price_usd is from.';
COMMENT ON COLUMN harvest.lot_values.unrealized_after_costs_usd IS 'Gain or loss of selling the lot at that price, after the fee (at the close: after cost_rate of the configuration), before gas, which is one amount for a whole sale (harvest.trading_costs.fixed_usd). NULL where price or cost is unknown.';

CREATE OR REPLACE TABLE harvest.candidates (
    as_of TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    lot_id VARCHAR NOT NULL,
    is_in_transit BOOLEAN NOT NULL,
    acquired_at TIMESTAMPTZ NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    unit_cost_usd DECIMAL(38, 18),
    price_usd DECIMAL(38, 18),
    price_at TIMESTAMPTZ,
    source VARCHAR,
    value_usd DECIMAL(38, 8),
    unrealized_usd DECIMAL(38, 8) CHECK (unrealized_usd < 0),
    term VARCHAR,
    days_to_long_term INTEGER,
    identified_quantity DECIMAL(38, 18) NOT NULL,
    sell_first_quantity DECIMAL(38, 18) NOT NULL,
    unrealized_first_usd DECIMAL(38, 8),
    short_first_usd DECIMAL(38, 8),
    reached_by VARCHAR[] NOT NULL,
    identify_command VARCHAR,
    deadline_at TIMESTAMPTZ NOT NULL,
    sell_by_at TIMESTAMPTZ NOT NULL,
    status VARCHAR NOT NULL,
    reasons VARCHAR[] NOT NULL,
    reachable_quantity DECIMAL(38, 18),
    sell_price_usd DECIMAL(38, 18),
    sell_price_source VARCHAR CHECK (sell_price_source IN ('order book', 'close')),
    unrealized_after_costs_usd DECIMAL(38, 8),
    PRIMARY KEY (lot_id, account, is_in_transit)
);

COMMENT ON TABLE harvest.candidates IS 'The open lots whose sale would realize a loss, and those of which that can not be known (blocked, with the reason). The same rows and meanings as in harvest.lot_values.';
COMMENT ON COLUMN harvest.candidates.as_of IS 'The moment for which the figures hold.';
COMMENT ON COLUMN harvest.candidates.account IS 'Account that holds it; outside: left to an address that is in no account of the book.';
COMMENT ON COLUMN harvest.candidates.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.candidates.lot_id IS 'The lot (lots.lots); one lot may lie in several accounts, one row each.';
COMMENT ON COLUMN harvest.candidates.is_in_transit IS 'Whether it is on the way to the account and has not arrived.';
COMMENT ON COLUMN harvest.candidates.acquired_at IS 'When the lot was acquired, in UTC; moving it does not change that.';
COMMENT ON COLUMN harvest.candidates.quantity IS 'Units of the asset still held of the lot in this account.';
COMMENT ON COLUMN harvest.candidates.cost_usd IS 'Cost of those units; NULL where nothing proves it.';
COMMENT ON COLUMN harvest.candidates.unit_cost_usd IS 'Cost of one unit, rounded half to even.';
COMMENT ON COLUMN harvest.candidates.price_usd IS 'Latest price of one unit at or before as_of; NULL where none is known.';
COMMENT ON COLUMN harvest.candidates.price_at IS 'When that price held.';
COMMENT ON COLUMN harvest.candidates.source IS 'Who gave that price (market.prices).';
COMMENT ON COLUMN harvest.candidates.value_usd IS 'quantity times price_usd, computed exactly and rounded half to even.';
COMMENT ON COLUMN harvest.candidates.unrealized_usd IS 'The loss of selling at that price, as a negative amount, before costs of selling; NULL where price or cost is unknown.';
COMMENT ON COLUMN harvest.candidates.term IS 'short or long: what a sale at as_of would be. DE: long is tax-free. NULL where a gain has no term (GB).';
COMMENT ON COLUMN harvest.candidates.days_to_long_term IS 'Days until a sale is long-term (DE: tax-free); 0 when it is; NULL without terms.';
COMMENT ON COLUMN harvest.candidates.identified_quantity IS 'Units of this lot that the identification journal names for the coming sales (lots.identifications): they go before the order of the method.';
COMMENT ON COLUMN harvest.candidates.sell_first_quantity IS 'Units of other lots that a sale in this account would consume before all of this lot is sold: those identified already, then those before it by the method; 0: it is next.';
COMMENT ON COLUMN harvest.candidates.unrealized_first_usd IS 'Gain or loss that would come with consuming them; NULL where one of them has no known gain.';
COMMENT ON COLUMN harvest.candidates.short_first_usd IS 'The short-term part of unrealized_first_usd; the rest is long-term.';
COMMENT ON COLUMN harvest.candidates.reached_by IS 'Lot methods under which this lot would be the next to go (all of them where it is identified); another than the account''s own counts only when recorded before the sale (lotkeeper identify --standing).';
COMMENT ON COLUMN harvest.candidates.identify_command IS 'Command that records, before the sale, that it is of this lot; what is identified already still goes before it. NULL where it is next in any case, on the way or blocked.';
COMMENT ON COLUMN harvest.candidates.deadline_at IS 'The end of the tax year in the taxpayer''s time zone: a sale before it counts for the year.';
COMMENT ON COLUMN harvest.candidates.sell_by_at IS 'Before it a sale is this year''s by the taxpayer''s clock and by that of the broker''s own statements (time_zone of the account, UTC unless told): the earlier of both year ends.';
COMMENT ON COLUMN harvest.candidates.status IS 'ready: nothing known speaks against acting on the row. review: look at reasons first. blocked: a sale (or the buying back that plans take for granted) would do something other than the figures say, or there are none.';
COMMENT ON COLUMN harvest.candidates.reasons IS 'In words, what speaks against acting on the row; blocking ones first, empty when ready.';
COMMENT ON COLUMN harvest.candidates.reachable_quantity IS 'Units of the coin in the account that can be sold now, of all its lots together (harvest.trading_costs).';
COMMENT ON COLUMN harvest.candidates.sell_price_usd IS 'Price of one unit that one could get: the order book''s where one is known, else the close.';
COMMENT ON COLUMN harvest.candidates.sell_price_source IS 'order book or close: where sell_price_usd is from.';
COMMENT ON COLUMN harvest.candidates.unrealized_after_costs_usd IS 'Gain or loss of selling the lot at that price, after the fee (at the close: after cost_rate of the configuration), before gas, which is one amount for a whole sale (harvest.trading_costs.fixed_usd). NULL where price or cost is unknown.';
