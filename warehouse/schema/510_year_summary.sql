-- The tax year: what the disposals and the income of each calendar year come to, and the losses carried through.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.year_summary (
    tax_year INTEGER PRIMARY KEY,
    short_gain_usd DECIMAL(38, 8) NOT NULL,
    long_gain_usd DECIMAL(38, 8) NOT NULL,
    other_short_gain_usd DECIMAL(38, 8) NOT NULL,
    other_long_gain_usd DECIMAL(38, 8) NOT NULL,
    carryover_short_in_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_short_in_usd >= 0),
    carryover_long_in_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_long_in_usd >= 0),
    short_net_usd DECIMAL(38, 8) NOT NULL,
    long_net_usd DECIMAL(38, 8) NOT NULL,
    net_gain_usd DECIMAL(38, 8) NOT NULL,
    loss_limit_usd DECIMAL(38, 8) NOT NULL,
    deductible_loss_usd DECIMAL(38, 8) NOT NULL CHECK (deductible_loss_usd BETWEEN 0 AND loss_limit_usd),
    usable_loss_usd DECIMAL(38, 8) NOT NULL CHECK (usable_loss_usd >= 0),
    carryover_short_out_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_short_out_usd >= 0),
    carryover_long_out_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_long_out_usd >= 0),
    ordinary_income_usd DECIMAL(38, 8) NOT NULL,
    taxable_income_usd DECIMAL(38, 8),
    is_income_assumed BOOLEAN NOT NULL,
    disposal_count BIGINT NOT NULL,
    unproven_count BIGINT NOT NULL,
    unproven_proceeds_usd DECIMAL(38, 8) NOT NULL,
    missing_count BIGINT NOT NULL,
    unvalued_income_count BIGINT NOT NULL,
    is_over BOOLEAN NOT NULL,
    is_proven BOOLEAN NOT NULL,
    notes VARCHAR[] NOT NULL,
    CHECK (short_net_usd = short_gain_usd + other_short_gain_usd - carryover_short_in_usd),
    CHECK (long_net_usd = long_gain_usd + other_long_gain_usd - carryover_long_in_usd),
    CHECK (net_gain_usd = short_net_usd + long_net_usd)
);

COMMENT ON TABLE tax.year_summary IS 'One row for each calendar year from the first with anything in it to the present one: capital gains netted (US: IRC 1222), the loss limited (IRC 1211(b)), the rest carried on (IRC 1212(b), Capital Loss Carryover Worksheet). Sums are of what is proven; what is not stands in columns of its own.';
COMMENT ON COLUMN tax.year_summary.tax_year IS 'Calendar year in the taxpayer''s time zone.';
COMMENT ON COLUMN tax.year_summary.short_gain_usd IS 'Sum of the known gains of the year''s short-term disposals, signed.';
COMMENT ON COLUMN tax.year_summary.long_gain_usd IS 'Sum of the known gains of the year''s long-term disposals, signed.';
COMMENT ON COLUMN tax.year_summary.other_short_gain_usd IS 'Short-term gain from outside these books (stocks, funds), as configured; signed.';
COMMENT ON COLUMN tax.year_summary.other_long_gain_usd IS 'Long-term gain from outside these books, as configured; signed.';
COMMENT ON COLUMN tax.year_summary.carryover_short_in_usd IS 'Short-term loss carried in from the year before, as a positive amount (US: Schedule D line 6).';
COMMENT ON COLUMN tax.year_summary.carryover_long_in_usd IS 'Long-term loss carried in from the year before, as a positive amount (US: Schedule D line 14).';
COMMENT ON COLUMN tax.year_summary.short_net_usd IS 'Net short-term gain or loss after the carryover (US: Schedule D line 7).';
COMMENT ON COLUMN tax.year_summary.long_net_usd IS 'Net long-term gain or loss after the carryover (US: Schedule D line 15).';
COMMENT ON COLUMN tax.year_summary.net_gain_usd IS 'Short and long combined (US: Schedule D line 16), signed.';
COMMENT ON COLUMN tax.year_summary.loss_limit_usd IS 'The most of a net loss that other income may take in one year, by filing status (US: IRC 1211(b)).';
COMMENT ON COLUMN tax.year_summary.deductible_loss_usd IS 'What of a net loss may be taken off other income this year, as a positive amount (US: Schedule D line 21).';
COMMENT ON COLUMN tax.year_summary.usable_loss_usd IS 'What further loss would still count in this year, against its gains and then against other income up to the limit; more would be carried on.';
COMMENT ON COLUMN tax.year_summary.carryover_short_out_usd IS 'Short-term loss that goes into the next year, as a positive amount (worksheet line 8). For the present year: as if it ended now.';
COMMENT ON COLUMN tax.year_summary.carryover_long_out_usd IS 'Long-term loss that goes into the next year, as a positive amount (worksheet line 13). For the present year: as if it ended now.';
COMMENT ON COLUMN tax.year_summary.ordinary_income_usd IS 'Sum of the known values of coins received as income in the year (tax.income).';
COMMENT ON COLUMN tax.year_summary.taxable_income_usd IS 'Taxable income as configured (US: Form 1040 line 15 without its floor of zero); NULL when not given.';
COMMENT ON COLUMN tax.year_summary.is_income_assumed IS 'Whether the carryover out assumes that taxable income was large enough to use the whole deduction.';
COMMENT ON COLUMN tax.year_summary.disposal_count IS 'Disposals in the year (rows of lots.disposals).';
COMMENT ON COLUMN tax.year_summary.unproven_count IS 'Disposals whose gain is not known and is in no sum: the value of the sale or of the lot is missing.';
COMMENT ON COLUMN tax.year_summary.unproven_proceeds_usd IS 'Proceeds, where known, of the disposals whose gain is not known, and of the sales that found no lots: what would be taxed at most if nothing proves a cost.';
COMMENT ON COLUMN tax.year_summary.missing_count IS 'Sales in the year that found too few lots (missing_basis problems); the missing part is in no sum.';
COMMENT ON COLUMN tax.year_summary.unvalued_income_count IS 'Income of the year without a known value; in no sum.';
COMMENT ON COLUMN tax.year_summary.is_over IS 'Whether the year has ended; until then its figures are those so far.';
COMMENT ON COLUMN tax.year_summary.is_proven IS 'Whether nothing is missing in this year or in one before that its carryover rests on.';
COMMENT ON COLUMN tax.year_summary.notes IS 'In words, what has to be known before these figures are used.';
