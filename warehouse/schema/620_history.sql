-- What could be harvested, night by night.
CREATE SCHEMA IF NOT EXISTS harvest;

CREATE OR REPLACE TABLE harvest.nights (
    night_date DATE PRIMARY KEY,
    as_of TIMESTAMPTZ NOT NULL,
    short_loss_usd DECIMAL(38, 8) NOT NULL CHECK (short_loss_usd >= 0),
    long_loss_usd DECIMAL(38, 8) NOT NULL CHECK (long_loss_usd >= 0),
    review_loss_usd DECIMAL(38, 8) NOT NULL CHECK (review_loss_usd >= 0),
    is_present BOOLEAN NOT NULL
);

COMMENT ON TABLE harvest.nights IS 'What could be harvested on each night, as it was known then: the sums of harvest.history, one row a night, also for a night without candidates.';
COMMENT ON COLUMN harvest.nights.night_date IS 'Date of the build''s as_of in the taxpayer''s time zone; the last published build of a day stands for it.';
COMMENT ON COLUMN harvest.nights.as_of IS 'The moment for which that build''s figures held.';
COMMENT ON COLUMN harvest.nights.short_loss_usd IS 'Short-term loss (GB: any) of the candidates that were ready, as a positive amount.';
COMMENT ON COLUMN harvest.nights.long_loss_usd IS 'Long-term loss of the candidates that were ready, as a positive amount.';
COMMENT ON COLUMN harvest.nights.review_loss_usd IS 'Loss of the candidates that needed a look, as a positive amount.';
COMMENT ON COLUMN harvest.nights.is_present IS 'Whether the row is of this build and not from the record.';

CREATE OR REPLACE TABLE harvest.history (
    night_date DATE NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    term VARCHAR NOT NULL CHECK (term IN ('short', 'long', 'none')),
    status VARCHAR NOT NULL CHECK (status IN ('ready', 'review', 'blocked')),
    lot_count BIGINT NOT NULL CHECK (lot_count > 0),
    unknown_count BIGINT NOT NULL CHECK (unknown_count BETWEEN 0 AND lot_count),
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    unrealized_usd DECIMAL(38, 8) NOT NULL CHECK (unrealized_usd <= 0),
    is_present BOOLEAN NOT NULL,
    PRIMARY KEY (night_date, account, asset, term, status)
);

COMMENT ON TABLE harvest.history IS 'The harvest candidates as they were known on each night, added up by account, coin, term and status: the last published build of a day stands for it. Kept in a record of its own (data/history/harvest.jsonl), because what was known then can not be built again; no other table rests on it.';
COMMENT ON COLUMN harvest.history.night_date IS 'Date of the build''s as_of in the taxpayer''s time zone.';
COMMENT ON COLUMN harvest.history.as_of IS 'The moment for which that build''s figures held.';
COMMENT ON COLUMN harvest.history.account IS 'Account that held the lots.';
COMMENT ON COLUMN harvest.history.asset IS 'Symbol of the coin.';
COMMENT ON COLUMN harvest.history.term IS 'short or long: what a sale that night would have been; none where a gain has no term (GB).';
COMMENT ON COLUMN harvest.history.status IS 'ready, review or blocked, as harvest.candidates said that night.';
COMMENT ON COLUMN harvest.history.lot_count IS 'Lots that were candidates.';
COMMENT ON COLUMN harvest.history.unknown_count IS 'Those of them whose loss was not known; in no sum.';
COMMENT ON COLUMN harvest.history.quantity IS 'Units of the asset in these lots.';
COMMENT ON COLUMN harvest.history.unrealized_usd IS 'The loss that selling them would have realized, as a negative amount.';
COMMENT ON COLUMN harvest.history.is_present IS 'Whether the row is of this build and not from the record.';
