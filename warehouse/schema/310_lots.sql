-- Lots: made by acquisitions, moved by transfers, consumed by disposals.
CREATE SCHEMA IF NOT EXISTS lots;

CREATE OR REPLACE TABLE lots.lots (
    lot_id VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    acquired_at TIMESTAMPTZ NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    origin VARCHAR NOT NULL,
    transaction_id VARCHAR NOT NULL
);

CREATE OR REPLACE TABLE lots.open_lots (
    lot_id VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    acquired_at TIMESTAMPTZ NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    unit_cost_usd DECIMAL(38, 18),
    is_in_transit BOOLEAN NOT NULL
);

CREATE OR REPLACE TABLE lots.lot_moves (
    event_id VARCHAR,
    lot_id VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    from_account VARCHAR NOT NULL,
    to_account VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    moved_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL
);

CREATE OR REPLACE TABLE lots.disposals (
    disposal_id VARCHAR NOT NULL,
    transaction_id VARCHAR NOT NULL,
    event_id VARCHAR NOT NULL,
    lot_id VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    acquired_at TIMESTAMPTZ NOT NULL,
    disposed_at TIMESTAMPTZ NOT NULL,
    proceeds_usd DECIMAL(38, 8),
    cost_usd DECIMAL(38, 8),
    gain_usd DECIMAL(38, 8) CHECK (gain_usd = proceeds_usd - cost_usd),
    term VARCHAR CHECK (term IN ('short', 'long')),
    tax_year INTEGER NOT NULL,
    method VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    is_taxable BOOLEAN NOT NULL,
    cost_basis VARCHAR NOT NULL
);

CREATE OR REPLACE TABLE lots.share_matches (
    asset VARCHAR NOT NULL,
    place BIGINT NOT NULL,
    disposed_date DATE NOT NULL,
    tax_year INTEGER NOT NULL,
    rule VARCHAR NOT NULL CHECK (rule IN ('same_day', 'thirty_days', 'section_104', 'lost')),
    acquired_date DATE CHECK ((acquired_date IS NULL) = (rule IN ('section_104', 'lost'))),
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    pool_quantity DECIMAL(38, 18) CHECK (pool_quantity >= 0),
    pool_cost_usd DECIMAL(38, 8),
    PRIMARY KEY (asset, place)
);

CREATE OR REPLACE TABLE lots.share_pools (
    asset VARCHAR PRIMARY KEY,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity >= 0),
    cost_usd DECIMAL(38, 8),
    acquired_quantity DECIMAL(38, 18) NOT NULL CHECK (acquired_quantity > 0),
    acquired_cost_usd DECIMAL(38, 8)
);

CREATE OR REPLACE TABLE lots.shortfalls (
    problem VARCHAR NOT NULL,
    event_id VARCHAR,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    quantity DECIMAL(38, 18),
    value_usd DECIMAL(38, 8),
    occurred_at TIMESTAMPTZ NOT NULL,
    tax_year INTEGER NOT NULL,
    detail VARCHAR NOT NULL
);

CREATE OR REPLACE TABLE lots.allocations (
    asset VARCHAR NOT NULL,
    lot_id VARCHAR NOT NULL,
    acquired_at TIMESTAMPTZ NOT NULL,
    account_before VARCHAR NOT NULL,
    account_after VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    cost_usd DECIMAL(38, 8),
    allocated_at TIMESTAMPTZ NOT NULL
);

CREATE OR REPLACE TABLE lots.carried (
    carry_id VARCHAR NOT NULL,
    event_id VARCHAR NOT NULL,
    from_lot_id VARCHAR,
    from_asset VARCHAR NOT NULL,
    from_quantity DECIMAL(38, 18) NOT NULL CHECK (from_quantity > 0),
    lot_id VARCHAR NOT NULL,
    lot_quantity DECIMAL(38, 18) NOT NULL CHECK (lot_quantity > 0),
    asset VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    acquired_at TIMESTAMPTZ NOT NULL,
    quantity DECIMAL(38, 18) CHECK (quantity >= 0),
    cost_usd DECIMAL(38, 8),
    carried_at TIMESTAMPTZ NOT NULL,
    origin VARCHAR NOT NULL
);

COMMENT ON TABLE lots.lots IS 'Every lot that was ever made, as it was made.';
COMMENT ON COLUMN lots.lots.lot_id IS 'event_id of the acquisition (lots.events), which is a posting_id; of a lot that was carried over, that and / and its number (lots.carried says where it comes from).';
COMMENT ON COLUMN lots.lots.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.lots.account IS 'Account in which it was acquired.';
COMMENT ON COLUMN lots.lots.acquired_at IS 'When, in UTC, which may be before the coins came in (bought elsewhere, a gift); the holding period starts the day after in the taxpayer''s time zone.';
COMMENT ON COLUMN lots.lots.quantity IS 'Units acquired, net of fees withheld from them.';
COMMENT ON COLUMN lots.lots.cost_usd IS 'Cost with fees, or the value when received of income; NULL where not known.';
COMMENT ON COLUMN lots.lots.origin IS 'How it came: trade, reward, mining, interest, airdrop, fork, income, gift, fee (a rebate) or wrap; by the person''s word bought (elsewhere), inheritance or opening; carried for one with the cost and age of a lot of another coin (liquidity, where basis is kept; an inherited one stays inheritance).';
COMMENT ON COLUMN lots.lots.transaction_id IS 'Transaction that made it (ledger.postings).';

COMMENT ON TABLE lots.open_lots IS 'What is left of each lot, in the account that holds it now. A lot may be held in several accounts.';
COMMENT ON COLUMN lots.open_lots.lot_id IS 'Lot (lots.lots).';
COMMENT ON COLUMN lots.open_lots.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.open_lots.account IS 'Account that holds it now; outside for coins that left to an address in no account.';
COMMENT ON COLUMN lots.open_lots.acquired_at IS 'When the lot was acquired, in UTC; moving does not change it.';
COMMENT ON COLUMN lots.open_lots.quantity IS 'Units left.';
COMMENT ON COLUMN lots.open_lots.cost_usd IS 'Cost of the units left; NULL where not known. GB: their share of the section 104 pool.';
COMMENT ON COLUMN lots.open_lots.unit_cost_usd IS 'Cost of one unit, rounded half to even at 18 decimals, for looking at; sums use cost_usd.';
COMMENT ON COLUMN lots.open_lots.is_in_transit IS 'Whether it left for the account and has not arrived yet.';

COMMENT ON TABLE lots.lot_moves IS 'Each lot that each transfer carried.';
COMMENT ON COLUMN lots.lot_moves.event_id IS 'Transfer (lots.events), or NULL where the rules and not the person moved it.';
COMMENT ON COLUMN lots.lot_moves.lot_id IS 'Lot (lots.lots).';
COMMENT ON COLUMN lots.lot_moves.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.lot_moves.from_account IS 'Account it left.';
COMMENT ON COLUMN lots.lot_moves.to_account IS 'Account it went to; outside where no own account shows it arriving.';
COMMENT ON COLUMN lots.lot_moves.quantity IS 'Units of the lot that moved.';
COMMENT ON COLUMN lots.lot_moves.cost_usd IS 'Their cost; NULL where not known.';
COMMENT ON COLUMN lots.lot_moves.moved_at IS 'When it left, in UTC.';
COMMENT ON COLUMN lots.lot_moves.reason IS 'transfer, or allocation for the move from one pool to accounts.';

COMMENT ON TABLE lots.disposals IS 'Realized gains: each lot that each disposal consumed, with its share of proceeds and cost.';
COMMENT ON COLUMN lots.disposals.disposal_id IS 'event_id, then / and the place of the slice in its disposal, from 1.';
COMMENT ON COLUMN lots.disposals.transaction_id IS 'Transaction that disposed of it (ledger.postings).';
COMMENT ON COLUMN lots.disposals.event_id IS 'Disposal (lots.events); of coins spent on a transfer, the transfer.';
COMMENT ON COLUMN lots.disposals.lot_id IS 'Lot that was consumed (lots.lots).';
COMMENT ON COLUMN lots.disposals.account IS 'Account that it was disposed of in.';
COMMENT ON COLUMN lots.disposals.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.disposals.quantity IS 'Units of the lot that were consumed.';
COMMENT ON COLUMN lots.disposals.acquired_at IS 'When the lot was acquired, in UTC.';
COMMENT ON COLUMN lots.disposals.disposed_at IS 'When it was disposed of, in UTC.';
COMMENT ON COLUMN lots.disposals.proceeds_usd IS 'The slice''s share of what the disposal brought, after fees; NULL where not known or not taxable.';
COMMENT ON COLUMN lots.disposals.cost_usd IS 'The slice''s share of the lot''s cost; NULL where not known. Where cost_basis is matched, its share of what its day''s disposals may deduct (lots.share_matches).';
COMMENT ON COLUMN lots.disposals.gain_usd IS 'proceeds_usd - cost_usd; NULL where either is not known: unproven, not zero.';
COMMENT ON COLUMN lots.disposals.term IS 'short or long, by dates in the taxpayer''s time zone and the country''s rule; NULL where gains have no term (GB).';
COMMENT ON COLUMN lots.disposals.tax_year IS 'Tax year of the disposal in the taxpayer''s time zone, by the calendar year in which it begins: the British 2024/25 is 2024.';
COMMENT ON COLUMN lots.disposals.method IS 'What chose the lot: the account''s method, or specific for one that was identified.';
COMMENT ON COLUMN lots.disposals.kind IS 'sale (for money), swap (for another coin), spend, fee (given for a service), transfer_fee, gift_out, donation, lost, theft, or carried (it became lots of another coin, lots.carried).';
COMMENT ON COLUMN lots.disposals.is_taxable IS 'Whether a gain or loss is realized; not for gift_out, donation, lost, theft and carried.';
COMMENT ON COLUMN lots.disposals.cost_basis IS 'cost, for a gift that had lost value gift_loss or gift_neither, or matched: the law matches disposals with acquisitions of all accounts and a pool (GB), so the cost is not the lot''s own; the lot then only says which coins left.';

COMMENT ON TABLE lots.share_matches IS 'Where the law matches disposals with acquisitions of all accounts and a pool (GB: same day, 30 days, section 104; HMRC CRYPTO22250 to 22257), by which rule and at what cost each part of a day''s disposals of an asset was matched. Empty elsewhere.';
COMMENT ON COLUMN lots.share_matches.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.share_matches.place IS 'Its place among the matches of the asset, from 1, in the order of disposals.';
COMMENT ON COLUMN lots.share_matches.disposed_date IS 'Day of the disposals in the taxpayer''s time zone; all disposals of a day are one.';
COMMENT ON COLUMN lots.share_matches.tax_year IS 'Tax year of that day, by the calendar year in which it begins.';
COMMENT ON COLUMN lots.share_matches.rule IS 'same_day, thirty_days, section_104 (from the pool), or lost: lost or taken, no disposal by law, off the pool at its average cost.';
COMMENT ON COLUMN lots.share_matches.acquired_date IS 'Day of the acquisitions it was matched with; NULL for the pool.';
COMMENT ON COLUMN lots.share_matches.quantity IS 'Units matched.';
COMMENT ON COLUMN lots.share_matches.cost_usd IS 'What they may deduct; NULL where a cost behind it is not known.';
COMMENT ON COLUMN lots.share_matches.pool_quantity IS 'Of a match with the pool, units in the pool after it.';
COMMENT ON COLUMN lots.share_matches.pool_cost_usd IS 'Of a match with the pool, what the pool cost after it; NULL where not known.';

COMMENT ON TABLE lots.share_pools IS 'Where the law keeps a pool for each asset (GB: section 104), what it holds now. Empty elsewhere.';
COMMENT ON COLUMN lots.share_pools.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.share_pools.quantity IS 'Units in the pool, in whatever account.';
COMMENT ON COLUMN lots.share_pools.cost_usd IS 'What they cost; NULL where a cost behind it is not known.';
COMMENT ON COLUMN lots.share_pools.acquired_quantity IS 'Units ever acquired.';
COMMENT ON COLUMN lots.share_pools.acquired_cost_usd IS 'What was ever paid for them; NULL where one cost is not known.';

COMMENT ON TABLE lots.shortfalls IS 'What the lot engine found missing, as it found it. quality.problems says the same in words, beside all other problems.';
COMMENT ON COLUMN lots.shortfalls.problem IS 'missing_basis (a disposal found too few lots), missing_lots (a transfer did), unknown_value, or what was wrong with an identification or allocation.';
COMMENT ON COLUMN lots.shortfalls.event_id IS 'Event that it was found in (lots.events).';
COMMENT ON COLUMN lots.shortfalls.account IS 'Account of the event.';
COMMENT ON COLUMN lots.shortfalls.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.shortfalls.quantity IS 'Units that found no lot.';
COMMENT ON COLUMN lots.shortfalls.value_usd IS 'Of a missing_basis, the share of the proceeds that falls on them: their gain is unproven.';
COMMENT ON COLUMN lots.shortfalls.occurred_at IS 'When, in UTC.';
COMMENT ON COLUMN lots.shortfalls.tax_year IS 'Tax year in the taxpayer''s time zone, by the calendar year in which it begins.';
COMMENT ON COLUMN lots.shortfalls.detail IS 'What was found, in words.';

COMMENT ON TABLE lots.allocations IS 'Where the open lots of one pool were put when accounts became pools (US: the end of 2024, Rev. Proc. 2024-28): the report of before and after.';
COMMENT ON COLUMN lots.allocations.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN lots.allocations.lot_id IS 'Lot (lots.lots).';
COMMENT ON COLUMN lots.allocations.acquired_at IS 'When it was acquired, in UTC.';
COMMENT ON COLUMN lots.allocations.account_before IS 'Account in which it was acquired.';
COMMENT ON COLUMN lots.allocations.account_after IS 'Account that it belongs to from then on.';
COMMENT ON COLUMN lots.allocations.quantity IS 'Units of the lot that were put there.';
COMMENT ON COLUMN lots.allocations.cost_usd IS 'Their cost; NULL where not known.';
COMMENT ON COLUMN lots.allocations.allocated_at IS 'When accounts became pools, in UTC.';

COMMENT ON TABLE lots.carried IS 'Where lots come from that have the cost and age of lots of another coin, because coins went into a pool for its token, or came out for it, and basis is kept: one row for each lot given and coin received. Empty where liquidity is a trade.';
COMMENT ON COLUMN lots.carried.carry_id IS 'Transaction in which it happened (ledger.postings).';
COMMENT ON COLUMN lots.carried.event_id IS 'Disposal of kind carried that gave the coins (lots.events).';
COMMENT ON COLUMN lots.carried.from_lot_id IS 'Lot that was given (lots.lots); NULL for units for which no lot was found.';
COMMENT ON COLUMN lots.carried.from_asset IS 'Symbol of the coin that was given.';
COMMENT ON COLUMN lots.carried.from_quantity IS 'Units of that lot that were given, for all coins received together.';
COMMENT ON COLUMN lots.carried.lot_id IS 'Lot that it became (lots.lots).';
COMMENT ON COLUMN lots.carried.lot_quantity IS 'Units of that lot in all.';
COMMENT ON COLUMN lots.carried.asset IS 'Symbol of the coin that was received.';
COMMENT ON COLUMN lots.carried.account IS 'Account in which it happened.';
COMMENT ON COLUMN lots.carried.acquired_at IS 'When the new lot counts as acquired, in UTC: when the given one was; where there was none, when it was carried.';
COMMENT ON COLUMN lots.carried.quantity IS 'Units of the new lot that come from the given one; 0 where its share is less than a unit and its cost went to the lot beside it; NULL where how they are shared is not known.';
COMMENT ON COLUMN lots.carried.cost_usd IS 'Cost that went along; NULL where not known.';
COMMENT ON COLUMN lots.carried.carried_at IS 'When, in UTC.';
COMMENT ON COLUMN lots.carried.origin IS 'Origin of the new lot (lots.lots).';
