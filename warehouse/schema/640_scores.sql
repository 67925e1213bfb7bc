-- Planned sales beside what came of them.
CREATE SCHEMA IF NOT EXISTS harvest;

CREATE OR REPLACE TABLE harvest.scores (
    planned_at TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    rank INTEGER NOT NULL,
    first_planned_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    deadline_at TIMESTAMPTZ NOT NULL,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('done', 'partly', 'elsewhere', 'open', 'not_done')),
    planned_quantity DECIMAL(38, 18) NOT NULL CHECK (planned_quantity > 0),
    sold_quantity DECIMAL(38, 18) NOT NULL CHECK (sold_quantity >= 0),
    fill_count INTEGER NOT NULL CHECK ((fill_count > 0) = (sold_quantity > 0)),
    sold_in VARCHAR[] NOT NULL,
    first_sold_at TIMESTAMPTZ,
    expected_price_usd DECIMAL(38, 18) NOT NULL,
    actual_price_usd DECIMAL(38, 18),
    price_difference_usd DECIMAL(38, 8),
    expected_proceeds_usd DECIMAL(38, 8) NOT NULL,
    actual_proceeds_usd DECIMAL(38, 8),
    expected_fee_usd DECIMAL(38, 8) NOT NULL,
    actual_fee_usd DECIMAL(38, 8),
    expected_short_loss_usd DECIMAL(38, 8) NOT NULL,
    actual_short_loss_usd DECIMAL(38, 8),
    expected_long_loss_usd DECIMAL(38, 8) NOT NULL,
    actual_long_loss_usd DECIMAL(38, 8),
    expected_tax_saved_usd DECIMAL(38, 8),
    actual_tax_saved_usd DECIMAL(38, 8),
    bought_back_quantity DECIMAL(38, 18),
    bought_back_at TIMESTAMPTZ,
    bought_back_usd DECIMAL(38, 8),
    latest_price_usd DECIMAL(38, 18),
    missed_loss_usd DECIMAL(38, 8),
    reasons VARCHAR[] NOT NULL,
    PRIMARY KEY (planned_at, account, asset)
);

CREATE OR REPLACE TABLE harvest.score_fills (
    event_id VARCHAR PRIMARY KEY,
    planned_at TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    sold_in VARCHAR NOT NULL,
    sold_at TIMESTAMPTZ NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0)
);

COMMENT ON TABLE harvest.scores IS 'Planned sales of the nights before (data/history/harvest.jsonl), each beside the sales that answer it, also where nothing was done. A line stands until the next plan; where that has it again and nothing was sold, it goes on there and is one row.';
COMMENT ON COLUMN harvest.scores.planned_at IS 'as_of of the plan: the last one before the sale, or the last one that had the line.';
COMMENT ON COLUMN harvest.scores.account IS 'Account that the plan wanted to sell in.';
COMMENT ON COLUMN harvest.scores.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.scores.rank IS 'Place of the line in that plan.';
COMMENT ON COLUMN harvest.scores.first_planned_at IS 'as_of of the first of the plans in a row that had the line.';
COMMENT ON COLUMN harvest.scores.ends_at IS 'Until when sales count as its answer: the next plan, the deadline or now, whichever came first.';
COMMENT ON COLUMN harvest.scores.deadline_at IS 'The end of the tax year that the plan was for.';
COMMENT ON COLUMN harvest.scores.outcome IS 'done: at least the planned quantity was sold. partly: less. elsewhere: only in another account. open: not sold, and the plan of now still has it. not_done: not sold before the deadline, or the next plan had it no more.';
COMMENT ON COLUMN harvest.scores.planned_quantity IS 'Units to sell by the plan.';
COMMENT ON COLUMN harvest.scores.sold_quantity IS 'Units that were sold.';
COMMENT ON COLUMN harvest.scores.fill_count IS 'Sales that answer the line (harvest.score_fills).';
COMMENT ON COLUMN harvest.scores.sold_in IS 'Accounts in which they were.';
COMMENT ON COLUMN harvest.scores.first_sold_at IS 'When the first of them was, in UTC.';
COMMENT ON COLUMN harvest.scores.expected_price_usd IS 'Price of one unit that the plan rested on.';
COMMENT ON COLUMN harvest.scores.actual_price_usd IS 'Average price of one unit that was got, before fees. NULL without a sale, and where proceeds or fee are not known.';
COMMENT ON COLUMN harvest.scores.price_difference_usd IS 'What the difference of both prices makes for sold_quantity: negative, less was got.';
COMMENT ON COLUMN harvest.scores.expected_proceeds_usd IS 'What the whole planned sale was to bring after the costs of selling.';
COMMENT ON COLUMN harvest.scores.actual_proceeds_usd IS 'What the sales brought after fees.';
COMMENT ON COLUMN harvest.scores.expected_fee_usd IS 'What selling was to cost by the plan: fee, spread and depth of the order book.';
COMMENT ON COLUMN harvest.scores.actual_fee_usd IS 'Fees of the sales; spread and depth are in the price. NULL where a fee is shared with other coins or has no value.';
COMMENT ON COLUMN harvest.scores.expected_short_loss_usd IS 'Short-term loss by the plan, as a positive amount; negative: a gain.';
COMMENT ON COLUMN harvest.scores.actual_short_loss_usd IS 'Short-term loss that the sales realized; NULL where it is not proven.';
COMMENT ON COLUMN harvest.scores.expected_long_loss_usd IS 'Long-term loss by the plan.';
COMMENT ON COLUMN harvest.scores.actual_long_loss_usd IS 'Long-term loss that the sales realized; NULL where it is not proven.';
COMMENT ON COLUMN harvest.scores.expected_tax_saved_usd IS 'Tax of the year that the line was to save; NULL where no tax could be worked out.';
COMMENT ON COLUMN harvest.scores.actual_tax_saved_usd IS 'Tax of the year, as it stands now, without this and later scored sales less that with this one too: rows of a year add up to what all of them saved. NULL where no tax can be worked out.';
COMMENT ON COLUMN harvest.scores.bought_back_quantity IS 'Units bought in any account after the sale, within 30 days and before the next scored sale of the coin; NULL without a sale.';
COMMENT ON COLUMN harvest.scores.bought_back_at IS 'When the first of them was bought.';
COMMENT ON COLUMN harvest.scores.bought_back_usd IS 'What they cost, with fees; NULL where not known.';
COMMENT ON COLUMN harvest.scores.latest_price_usd IS 'Latest price of one unit, where something planned was not sold.';
COMMENT ON COLUMN harvest.scores.missed_loss_usd IS 'By how much the loss on what was not sold is smaller at that price than at the price of the first plan; negative: it grew. Before costs.';
COMMENT ON COLUMN harvest.scores.reasons IS 'In words, what differs from the plan and why.';

COMMENT ON TABLE harvest.score_fills IS 'Which sale answers which planned line, each at most one.';
COMMENT ON COLUMN harvest.score_fills.event_id IS 'The sale (lots.events, lots.disposals).';
COMMENT ON COLUMN harvest.score_fills.planned_at IS 'Plan of the line (harvest.scores).';
COMMENT ON COLUMN harvest.score_fills.account IS 'Account that the plan wanted to sell in.';
COMMENT ON COLUMN harvest.score_fills.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.score_fills.sold_in IS 'Account in which it was sold.';
COMMENT ON COLUMN harvest.score_fills.sold_at IS 'When, in UTC.';
COMMENT ON COLUMN harvest.score_fills.quantity IS 'Units that were sold.';
