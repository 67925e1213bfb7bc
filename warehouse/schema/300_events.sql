-- What happened to lots: postings as acquisitions, disposals and transfers, before they are matched.
CREATE SCHEMA IF NOT EXISTS lots;

CREATE OR REPLACE TABLE lots.events (
    event_id VARCHAR NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    event VARCHAR NOT NULL CHECK (event IN ('acquire', 'dispose', 'transfer', 'unexplained')),
    kind VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    value_usd DECIMAL(38, 8),
    to_account VARCHAR CHECK ((to_account IS NOT NULL) = (event = 'transfer')),
    fee_quantity DECIMAL(38, 18) CHECK (fee_quantity >= 0 AND (event = 'transfer' OR fee_quantity IS NULL)),
    arrived_at TIMESTAMPTZ,
    acquired_at TIMESTAMPTZ CHECK (acquired_at IS NULL OR (event = 'acquire' AND acquired_at <= occurred_at)),
    fair_value_usd DECIMAL(38, 8) CHECK (fair_value_usd IS NULL OR (event = 'acquire' AND fair_value_usd >= 0)),
    transaction_id VARCHAR NOT NULL,
    needs_value BOOLEAN NOT NULL,
    carry_id VARCHAR CHECK (carry_id IS NULL OR (event IN ('acquire', 'dispose') AND acquired_at IS NULL))
);

COMMENT ON TABLE lots.events IS 'What the lot engine is told: each coin of each transaction as an acquisition, a disposal or a transfer, with the fees where they belong. The book''s postings and these events move the same quantities.';
COMMENT ON COLUMN lots.events.event_id IS 'posting_id that the event stands for (the first of its asset in its transaction). An acquisition''s is the id of its lot.';
COMMENT ON COLUMN lots.events.occurred_at IS 'When, in UTC. A transfer happens when it leaves, or when it arrives if that account''s clock says earlier.';
COMMENT ON COLUMN lots.events.account IS 'Account in which it happened; of a transfer, the one it left; outside for own coins that come back from an account that is not in the book.';
COMMENT ON COLUMN lots.events.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.events.event IS 'acquire, dispose, transfer, or unexplained: coins came in of which neither cost nor age is known, so they make no lot.';
COMMENT ON COLUMN lots.events.kind IS 'What it was: of an acquisition its origin (trade, reward, mining, gift, bought, opening, carried ...), of a disposal sale, carried, swap, spend, fee, gift_out, donation, lost or theft, else the kind of its transaction.';
COMMENT ON COLUMN lots.events.quantity IS 'Units acquired (net of a fee withheld from them), disposed of (with a fee taken from them) or moved (that arrived).';
COMMENT ON COLUMN lots.events.value_usd IS 'What an acquisition cost with its fees; what a disposal brought after its fees; of a transfer what fee_quantity was worth. NULL where not known, or where needs_value is false.';
COMMENT ON COLUMN lots.events.to_account IS 'Of a transfer, the account it went to; outside where no own account shows it arriving.';
COMMENT ON COLUMN lots.events.fee_quantity IS 'Of a transfer, units spent on moving, beside quantity.';
COMMENT ON COLUMN lots.events.arrived_at IS 'Of a transfer between own accounts, when it arrived; NULL: at once.';
COMMENT ON COLUMN lots.events.acquired_at IS 'Of an acquisition, when the coins were acquired if that was before they came in: bought elsewhere, or a gift with the giver''s date. NULL: at occurred_at.';
COMMENT ON COLUMN lots.events.fair_value_usd IS 'Of a gift, its value on the day of the gift, as the person says or, in the US where its cost is given, by prices: where that was below the giver''s cost, it is the cost for a loss.';
COMMENT ON COLUMN lots.events.transaction_id IS 'Transaction that it comes from (ledger.postings).';
COMMENT ON COLUMN lots.events.needs_value IS 'Whether a gain or a cost rests on value_usd; then a NULL is a missing_price problem.';
COMMENT ON COLUMN lots.events.carry_id IS 'Transaction in which cost and age were kept (liquidity put in or taken out, as configured or decided): what its disposals gave became lots of what its acquisitions brought, and nothing was realized. value_usd is then what the coin was worth, where several share the cost.';
