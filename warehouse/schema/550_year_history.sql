-- What each published build made of each tax year, so that a change has an answer.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.year_history (
    build_number BIGINT NOT NULL,
    published_at TIMESTAMPTZ,
    as_of TIMESTAMPTZ NOT NULL,
    tax_year INTEGER NOT NULL,
    is_present BOOLEAN NOT NULL,
    is_changed BOOLEAN NOT NULL,
    changes VARCHAR[] NOT NULL,
    causes VARCHAR[] NOT NULL,
    short_gain_usd DECIMAL(38, 8),
    long_gain_usd DECIMAL(38, 8),
    net_gain_usd DECIMAL(38, 8),
    taxable_gain_usd DECIMAL(38, 8),
    ordinary_income_usd DECIMAL(38, 8),
    carryover_short_out_usd DECIMAL(38, 8),
    carryover_long_out_usd DECIMAL(38, 8),
    unproven_proceeds_usd DECIMAL(38, 8),
    disposal_count BIGINT,
    unproven_count BIGINT,
    missing_count BIGINT,
    unvalued_income_count BIGINT,
    is_proven BOOLEAN,
    inputs_hash VARCHAR NOT NULL,
    program VARCHAR NOT NULL,
    PRIMARY KEY (build_number, tax_year)
);

CREATE OR REPLACE TABLE tax.year_history_line (line VARCHAR NOT NULL);

COMMENT ON TABLE tax.year_history IS 'What each published build made of each tax year, and what of its inputs differed from the build before. Kept in a record of its own (data/history/years.jsonl), to which every published build adds a line; no other table rests on it.';
COMMENT ON COLUMN tax.year_history.build_number IS 'The build''s place in the record, from 1.';
COMMENT ON COLUMN tax.year_history.published_at IS 'When it was published; NULL for this build, which was not yet when the table was made.';
COMMENT ON COLUMN tax.year_history.as_of IS 'The moment for which its figures held.';
COMMENT ON COLUMN tax.year_history.tax_year IS 'Tax year, by the calendar year in which it begins.';
COMMENT ON COLUMN tax.year_history.is_present IS 'Whether the row is of this build and not from the record.';
COMMENT ON COLUMN tax.year_history.is_changed IS 'Whether the year''s totals differ from those of the build before.';
COMMENT ON COLUMN tax.year_history.changes IS 'Which of them, with the figures before and after.';
COMMENT ON COLUMN tax.year_history.causes IS 'In words, what of the inputs differs from the build before: accounts with other rows, settings, the program, the moment. Empty where the year did not change.';
COMMENT ON COLUMN tax.year_history.short_gain_usd IS 'As tax.year_summary had it in that build; NULL, as all that follow, where the year was gone.';
COMMENT ON COLUMN tax.year_history.long_gain_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.net_gain_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.taxable_gain_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.ordinary_income_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.carryover_short_out_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.carryover_long_out_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.unproven_proceeds_usd IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.disposal_count IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.unproven_count IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.missing_count IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.unvalued_income_count IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.is_proven IS 'As tax.year_summary had it in that build.';
COMMENT ON COLUMN tax.year_history.inputs_hash IS 'Hash of all inputs: names of raw files (which end in hashes of their bytes), settings and files they name, program. The same hash and moment give the same figures.';
COMMENT ON COLUMN tax.year_history.program IS 'Version of the program, and the hash of the code that computes the books.';

COMMENT ON TABLE tax.year_history_line IS 'The line that this build adds to the record when it is published.';
COMMENT ON COLUMN tax.year_history_line.line IS 'One line of JSON.';
