-- When a coin that is sold at a loss may be bought back.
CREATE SCHEMA IF NOT EXISTS harvest;

CREATE OR REPLACE TABLE harvest.repurchase (
    as_of TIMESTAMPTZ NOT NULL,
    asset VARCHAR PRIMARY KEY,
    same_as VARCHAR[] NOT NULL,
    law VARCHAR,
    is_allowed_at_once BOOLEAN,
    harmless_from_date DATE,
    shadow_from_date DATE NOT NULL,
    reentry_from_date DATE,
    reentry_reason VARCHAR,
    bought_before_quantity DECIMAL(38, 18) NOT NULL CHECK (bought_before_quantity >= 0),
    upcoming_count INTEGER NOT NULL CHECK (upcoming_count >= 0),
    upcoming VARCHAR[] NOT NULL,
    warnings VARCHAR[] NOT NULL,
    CHECK ((law IS NULL) = (is_allowed_at_once IS NULL)),
    CHECK ((law IS NULL) = (harmless_from_date IS NULL))
);

COMMENT ON TABLE harvest.repurchase IS 'For each coin of the harvest candidates: from when buying back what is sold today does not undo the loss, by the law in force and by the shadow of a rule like IRC 1091, and what comes in by itself until then.';
COMMENT ON COLUMN harvest.repurchase.as_of IS 'The moment for which the figures hold; a sale is taken to be on its date in the taxpayer''s time zone.';
COMMENT ON COLUMN harvest.repurchase.asset IS 'Symbol of what is sold.';
COMMENT ON COLUMN harvest.repurchase.same_as IS 'Other symbols that count as the same thing ([wash_sale] groups).';
COMMENT ON COLUMN harvest.repurchase.law IS 'The rule in force for it, in words; NULL for a country of which none is written here.';
COMMENT ON COLUMN harvest.repurchase.is_allowed_at_once IS 'Whether no law in force minds buying it back the same day.';
COMMENT ON COLUMN harvest.repurchase.harmless_from_date IS 'First date on which buying back leaves the loss alone, by the law in force.';
COMMENT ON COLUMN harvest.repurchase.shadow_from_date IS 'The same if a rule like IRC 1091 reached it.';
COMMENT ON COLUMN harvest.repurchase.reentry_from_date IS 'harmless_from_date, or later where the configuration wants to stay out longer ([harvest] reentry_days), which counts without a law too; NULL: neither says anything.';
COMMENT ON COLUMN harvest.repurchase.reentry_reason IS 'Why it wants that, where it makes a difference.';
COMMENT ON COLUMN harvest.repurchase.bought_before_quantity IS 'Units of it and of same_as that came in within 30 days before: a rule like IRC 1091 counts those too, as far as they are still held, and perhaps only what was bought, not what was earned.';
COMMENT ON COLUMN harvest.repurchase.upcoming_count IS 'How many arrivals are to be expected until the shadow''s window ends, going by the rhythm of the own history.';
COMMENT ON COLUMN harvest.repurchase.upcoming IS 'Those in words: recurring purchases, rewards, mined coins; a guess from the past.';
COMMENT ON COLUMN harvest.repurchase.warnings IS 'What else to look at, in words.';
