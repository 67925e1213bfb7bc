-- Harvest: the sales that would lower the present year's tax most, what each consumes, and how the year ends with them.
CREATE SCHEMA IF NOT EXISTS harvest;

CREATE OR REPLACE TABLE harvest.plan (
    rank INTEGER PRIMARY KEY,
    as_of TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    sell_quantity DECIMAL(38, 18) NOT NULL CHECK (sell_quantity > 0),
    lot_count INTEGER NOT NULL,
    price_usd DECIMAL(38, 18) NOT NULL,
    value_usd DECIMAL(38, 8) NOT NULL,
    short_loss_usd DECIMAL(38, 8) NOT NULL,
    long_loss_usd DECIMAL(38, 8) NOT NULL,
    counted_loss_usd DECIMAL(38, 8) NOT NULL,
    cost_to_trade_usd DECIMAL(38, 8) NOT NULL,
    sell_cost_usd DECIMAL(38, 8) NOT NULL CHECK (sell_cost_usd >= 0),
    tax_saved_usd DECIMAL(38, 8),
    carried_forward_usd DECIMAL(38, 8) NOT NULL,
    carried_value_usd DECIMAL(38, 8),
    basis_given_up_usd DECIMAL(38, 8),
    holding_given_up_usd DECIMAL(38, 8),
    net_benefit_usd DECIMAL(38, 8),
    break_even_price_usd DECIMAL(38, 18),
    deadline_at TIMESTAMPTZ NOT NULL,
    sell_by_at TIMESTAMPTZ NOT NULL,
    method VARCHAR NOT NULL,
    identify_command VARCHAR,
    status VARCHAR NOT NULL CHECK (status IN ('ready', 'review')),
    reasons VARCHAR[] NOT NULL,
    UNIQUE (account, asset),
    CHECK ((tax_saved_usd IS NULL) = (net_benefit_usd IS NULL)),
    CHECK (net_benefit_usd IS NULL OR net_benefit_usd = tax_saved_usd + carried_value_usd - cost_to_trade_usd - basis_given_up_usd - holding_given_up_usd)
);

COMMENT ON TABLE harvest.plan IS 'The sales, each bought back at once, that together lower the tax of the present year most, in the order in which they add most. Each row says what it adds to the rows before it, so the rows add up to harvest.plan_summary.';
COMMENT ON COLUMN harvest.plan.rank IS 'Place in the plan, from 1.';
COMMENT ON COLUMN harvest.plan.as_of IS 'The moment for which the figures hold.';
COMMENT ON COLUMN harvest.plan.account IS 'Account to sell in.';
COMMENT ON COLUMN harvest.plan.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.plan.sell_quantity IS 'Units to sell, in one order; harvest.plan_lots says which lots that consumes.';
COMMENT ON COLUMN harvest.plan.lot_count IS 'Lots that the sale consumes, wholly or in part.';
COMMENT ON COLUMN harvest.plan.price_usd IS 'Price of one unit that the figures rest on.';
COMMENT ON COLUMN harvest.plan.value_usd IS 'sell_quantity at that price.';
COMMENT ON COLUMN harvest.plan.short_loss_usd IS 'Short-term loss that the sale realizes, after the costs of selling, as a positive amount; negative: a gain that comes with it.';
COMMENT ON COLUMN harvest.plan.long_loss_usd IS 'Long-term loss, in the same way.';
COMMENT ON COLUMN harvest.plan.counted_loss_usd IS 'What of the loss counts this year, against gains and then against other income up to the limit.';
COMMENT ON COLUMN harvest.plan.cost_to_trade_usd IS 'Cost of selling and of buying back.';
COMMENT ON COLUMN harvest.plan.sell_cost_usd IS 'Of it, what selling costs in fee, spread and depth; it lowers the proceeds.';
COMMENT ON COLUMN harvest.plan.tax_saved_usd IS 'This year''s tax with the rows before less that with this row too. NULL where no tax can be worked out (harvest.plan_summary.notes says why).';
COMMENT ON COLUMN harvest.plan.carried_forward_usd IS 'Loss that the row adds to what goes into next year.';
COMMENT ON COLUMN harvest.plan.carried_value_usd IS 'What that is worth now, discounted: later years'' limit off ordinary income first, the rest off gain at the horizon. NULL as tax_saved_usd.';
COMMENT ON COLUMN harvest.plan.basis_given_up_usd IS 'Later tax, discounted, that follows from the lower cost of what is bought back; negative: tax that is spared. 0 where no tax can be worked out.';
COMMENT ON COLUMN harvest.plan.holding_given_up_usd IS 'Later tax, discounted, that follows from the holding period that begins anew; 0 where the horizon is more than a year away.';
COMMENT ON COLUMN harvest.plan.net_benefit_usd IS 'tax_saved_usd and carried_value_usd less cost_to_trade_usd, basis_given_up_usd and holding_given_up_usd. NULL as tax_saved_usd.';
COMMENT ON COLUMN harvest.plan.break_even_price_usd IS 'From this price on the row adds nothing any more to all the others: above it for a loss, below it for a gain. NULL where there is no such price. In a plan without tax dollars the price at which costs take a tenth of the loss.';
COMMENT ON COLUMN harvest.plan.deadline_at IS 'The end of the tax year in the taxpayer''s time zone: a sale before it counts for the year.';
COMMENT ON COLUMN harvest.plan.sell_by_at IS 'Before it a sale is this year''s by the taxpayer''s clock and by that of the broker''s own statements (time_zone of the account, UTC unless told): the earlier of both year ends.';
COMMENT ON COLUMN harvest.plan.method IS 'Lot method of the account, whose order the sale follows.';
COMMENT ON COLUMN harvest.plan.identify_command IS 'Where lots are chosen freely: the command that records them, to be run before the sale. NULL where the account''s order reaches them by itself.';
COMMENT ON COLUMN harvest.plan.status IS 'ready, or review: look at reasons first. Blocked lots are not planned.';
COMMENT ON COLUMN harvest.plan.reasons IS 'In words, what speaks against acting on the row before a look at it.';

CREATE OR REPLACE TABLE harvest.plan_lots (
    rank INTEGER NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    lot_id VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    term VARCHAR NOT NULL CHECK (term IN ('short', 'long')),
    gain_usd DECIMAL(38, 8) NOT NULL,
    PRIMARY KEY (rank, lot_id)
);

COMMENT ON TABLE harvest.plan_lots IS 'Which lots each planned sale consumes, in the order in which it consumes them.';
COMMENT ON COLUMN harvest.plan_lots.rank IS 'Row of harvest.plan.';
COMMENT ON COLUMN harvest.plan_lots.account IS 'Account to sell in.';
COMMENT ON COLUMN harvest.plan_lots.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.plan_lots.lot_id IS 'The lot (lots.lots).';
COMMENT ON COLUMN harvest.plan_lots.quantity IS 'Units of it that the sale takes.';
COMMENT ON COLUMN harvest.plan_lots.term IS 'short or long: what the sale of them is.';
COMMENT ON COLUMN harvest.plan_lots.gain_usd IS 'Expected gain of those units after the costs of selling; negative: a loss.';

CREATE OR REPLACE TABLE harvest.plan_summary (
    as_of TIMESTAMPTZ NOT NULL,
    tax_year INTEGER PRIMARY KEY,
    is_in_tax_dollars BOOLEAN NOT NULL,
    line_count INTEGER NOT NULL,
    short_net_usd DECIMAL(38, 8) NOT NULL,
    long_net_usd DECIMAL(38, 8) NOT NULL,
    planned_short_net_usd DECIMAL(38, 8) NOT NULL,
    planned_long_net_usd DECIMAL(38, 8) NOT NULL,
    counted_loss_usd DECIMAL(38, 8) NOT NULL,
    tax_without_usd DECIMAL(38, 8),
    tax_with_usd DECIMAL(38, 8),
    tax_saved_usd DECIMAL(38, 8),
    carried_without_usd DECIMAL(38, 8) NOT NULL,
    carried_with_usd DECIMAL(38, 8) NOT NULL,
    carried_value_usd DECIMAL(38, 8),
    cost_to_trade_usd DECIMAL(38, 8) NOT NULL,
    basis_given_up_usd DECIMAL(38, 8) NOT NULL,
    holding_given_up_usd DECIMAL(38, 8) NOT NULL,
    net_benefit_usd DECIMAL(38, 8),
    identified_benefit_usd DECIMAL(38, 8),
    gap DECIMAL(18, 9) NOT NULL CHECK (gap >= 0),
    later_short_rate DECIMAL(18, 12) NOT NULL,
    later_long_rate DECIMAL(18, 12) NOT NULL,
    horizon_date DATE NOT NULL,
    left_out_lots INTEGER NOT NULL,
    left_out_loss_usd DECIMAL(38, 8) NOT NULL,
    notes VARCHAR[] NOT NULL
);

COMMENT ON TABLE harvest.plan_summary IS 'How the present tax year ends without and with all of harvest.plan, how near to the best the plan is proven to be, and what it assumes. No row where plans are not known for the country.';
COMMENT ON COLUMN harvest.plan_summary.as_of IS 'The moment for which the figures hold.';
COMMENT ON COLUMN harvest.plan_summary.tax_year IS 'The year that the plan is for.';
COMMENT ON COLUMN harvest.plan_summary.is_in_tax_dollars IS 'Whether the plan lowers tax; false: it realizes as much loss as counts, and every tax figure is NULL.';
COMMENT ON COLUMN harvest.plan_summary.line_count IS 'Rows of harvest.plan.';
COMMENT ON COLUMN harvest.plan_summary.short_net_usd IS 'Short-term gains and losses of the year so far, carryover included (US: Schedule D line 7).';
COMMENT ON COLUMN harvest.plan_summary.long_net_usd IS 'Long-term gains and losses of the year so far, carryover included (US: Schedule D line 15).';
COMMENT ON COLUMN harvest.plan_summary.planned_short_net_usd IS 'short_net_usd with the plan.';
COMMENT ON COLUMN harvest.plan_summary.planned_long_net_usd IS 'long_net_usd with the plan.';
COMMENT ON COLUMN harvest.plan_summary.counted_loss_usd IS 'What of the plan''s loss counts this year.';
COMMENT ON COLUMN harvest.plan_summary.tax_without_usd IS 'The year''s tax without the plan: income tax, net investment income tax and state, on the configured income and the year so far.';
COMMENT ON COLUMN harvest.plan_summary.tax_with_usd IS 'The year''s tax with the plan.';
COMMENT ON COLUMN harvest.plan_summary.tax_saved_usd IS 'The difference.';
COMMENT ON COLUMN harvest.plan_summary.carried_without_usd IS 'Loss that goes into next year without the plan.';
COMMENT ON COLUMN harvest.plan_summary.carried_with_usd IS 'Loss that goes into next year with the plan.';
COMMENT ON COLUMN harvest.plan_summary.carried_value_usd IS 'What the difference is worth now, discounted.';
COMMENT ON COLUMN harvest.plan_summary.cost_to_trade_usd IS 'Cost of selling and buying back.';
COMMENT ON COLUMN harvest.plan_summary.basis_given_up_usd IS 'Later tax, discounted, from the lower cost of what is bought back.';
COMMENT ON COLUMN harvest.plan_summary.holding_given_up_usd IS 'Later tax, discounted, from holding periods that begin anew.';
COMMENT ON COLUMN harvest.plan_summary.net_benefit_usd IS 'tax_saved_usd and carried_value_usd less the three before.';
COMMENT ON COLUMN harvest.plan_summary.identified_benefit_usd IS 'What net_benefit_usd would be if the lots were identified before each sale instead of going by the accounts'' orders: see `lotkeeper what-if harvest --identify`.';
COMMENT ON COLUMN harvest.plan_summary.gap IS 'By which share of the best possible net benefit the plan may at most be worse than the best; 0: less than a cent.';
COMMENT ON COLUMN harvest.plan_summary.later_short_rate IS 'Assumed tax rate of a short-term gain at the horizon, discounted to now.';
COMMENT ON COLUMN harvest.plan_summary.later_long_rate IS 'Assumed tax rate of a long-term gain at the horizon, discounted to now.';
COMMENT ON COLUMN harvest.plan_summary.horizon_date IS 'When what is held is taken to be sold in any case.';
COMMENT ON COLUMN harvest.plan_summary.left_out_lots IS 'Lots with a loss that are not planned because they are blocked or lie behind a blocked one.';
COMMENT ON COLUMN harvest.plan_summary.left_out_loss_usd IS 'Their loss, as a positive amount.';
COMMENT ON COLUMN harvest.plan_summary.notes IS 'In words, what has to be known before the plan is used.';
