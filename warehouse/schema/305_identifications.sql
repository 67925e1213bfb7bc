-- Lot methods that hold, and the identification journal.
CREATE SCHEMA IF NOT EXISTS lots;

CREATE OR REPLACE TABLE lots.methods (
    account VARCHAR NOT NULL,
    since TIMESTAMPTZ,
    method VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    wanted_method VARCHAR NOT NULL,
    is_current BOOLEAN NOT NULL
);

CREATE OR REPLACE TABLE lots.pools (
    rule VARCHAR NOT NULL CHECK (rule IN ('account', 'universal', 'account-from')),
    accounts_since TIMESTAMPTZ
);

CREATE OR REPLACE TABLE lots.identifications (
    entry_number INTEGER NOT NULL,
    identified_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('lots', 'standing_order', 'allocation')),
    account VARCHAR,
    method VARCHAR,
    purpose VARCHAR CHECK (purpose IN ('sale', 'transfer')),
    asset VARCHAR,
    lot_id VARCHAR,
    quantity DECIMAL(38, 18) CHECK (quantity > 0),
    used_quantity DECIMAL(38, 18) CHECK (used_quantity >= 0 AND used_quantity <= quantity),
    transaction_id VARCHAR,
    expires_at TIMESTAMPTZ,
    is_broker_told BOOLEAN,
    state VARCHAR NOT NULL,
    note VARCHAR NOT NULL,
    previous_hash VARCHAR NOT NULL,
    hash VARCHAR NOT NULL
);

CREATE OR REPLACE TABLE lots.identification_uses (
    entry_number INTEGER NOT NULL,
    event_id VARCHAR NOT NULL,
    lot_id VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0)
);

COMMENT ON TABLE lots.methods IS 'Which lot method holds in each account, from when, and by what right. A method that was only chosen and not recorded in time does not hold where the law asks for a record.';
COMMENT ON COLUMN lots.methods.account IS 'Account.';
COMMENT ON COLUMN lots.methods.since IS 'From when on, in UTC; NULL: from the beginning.';
COMMENT ON COLUMN lots.methods.method IS 'Method that holds: fifo, lifo, hifo, lofo, min_tax, specific or average.';
COMMENT ON COLUMN lots.methods.reason IS 'Why it holds: configured, a standing order of the journal, or nothing else recorded.';
COMMENT ON COLUMN lots.methods.wanted_method IS 'What was last chosen, whether it holds or not.';
COMMENT ON COLUMN lots.methods.is_current IS 'Whether it holds at the moment of the build.';

COMMENT ON TABLE lots.pools IS 'Which lots a sale may consume; one row.';
COMMENT ON COLUMN lots.pools.rule IS 'account: those of its account; universal: any of its coin; account-from: any of its coin until accounts_since, then those of its account.';
COMMENT ON COLUMN lots.pools.accounts_since IS 'From when on each account is a pool, in UTC: the beginning of time for account, NULL for universal and where it has not come yet.';

COMMENT ON TABLE lots.identifications IS 'The identification journal (identifications.jsonl): what was said to be sold, and when it was said; one row for each lot that an entry names. Entries are only ever added, and each carries the hash of the one before.';
COMMENT ON COLUMN lots.identifications.entry_number IS 'Line of the journal, from 1.';
COMMENT ON COLUMN lots.identifications.identified_at IS 'When the entry was made, in UTC. It counts only for what happened then or later.';
COMMENT ON COLUMN lots.identifications.kind IS 'lots (these units go next), standing_order (a method from now on) or allocation (the basis of 2024 is put into accounts, for good).';
COMMENT ON COLUMN lots.identifications.account IS 'Account it is for.';
COMMENT ON COLUMN lots.identifications.method IS 'Of a standing order, the method.';
COMMENT ON COLUMN lots.identifications.purpose IS 'Of lots, whether for a sale or for a transfer.';
COMMENT ON COLUMN lots.identifications.asset IS 'Of lots, the coin.';
COMMENT ON COLUMN lots.identifications.lot_id IS 'Of lots, the lot (lots.lots).';
COMMENT ON COLUMN lots.identifications.quantity IS 'Units of the lot that were identified.';
COMMENT ON COLUMN lots.identifications.used_quantity IS 'Of them, units given to sales or transfers that happened since (lots.identification_uses).';
COMMENT ON COLUMN lots.identifications.transaction_id IS 'The one transaction it is for, where it names one.';
COMMENT ON COLUMN lots.identifications.expires_at IS 'From when on it is for nothing new.';
COMMENT ON COLUMN lots.identifications.is_broker_told IS 'Whether the owner says that the broker was told.';
COMMENT ON COLUMN lots.identifications.state IS 'used, partly_used, waiting or expired; late (made after the sale it names) or untold (the broker was not told) and refused; of a standing order in_force or replaced; of an allocation frozen; later: made after the moment of the build.';
COMMENT ON COLUMN lots.identifications.note IS 'The owner''s own words.';
COMMENT ON COLUMN lots.identifications.previous_hash IS 'Hash of the entry before; zeros for the first.';
COMMENT ON COLUMN lots.identifications.hash IS 'SHA-256 of what the entry says, previous_hash included.';

COMMENT ON TABLE lots.identification_uses IS 'Which identified units were given to which sale or transfer. Where the lot no longer had them, lots.shortfalls says identification_unmet.';
COMMENT ON COLUMN lots.identification_uses.entry_number IS 'Entry of the journal (lots.identifications).';
COMMENT ON COLUMN lots.identification_uses.event_id IS 'Sale or transfer (lots.events).';
COMMENT ON COLUMN lots.identification_uses.lot_id IS 'Lot (lots.lots).';
COMMENT ON COLUMN lots.identification_uses.quantity IS 'Units of it.';
