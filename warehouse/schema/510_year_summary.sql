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
    carryover_short_used_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_short_used_usd BETWEEN 0 AND carryover_short_in_usd),
    carryover_long_used_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_long_used_usd BETWEEN 0 AND carryover_long_in_usd),
    short_net_usd DECIMAL(38, 8) NOT NULL,
    long_net_usd DECIMAL(38, 8) NOT NULL,
    net_gain_usd DECIMAL(38, 8) NOT NULL,
    exempt_gain_usd DECIMAL(38, 8) CHECK (exempt_gain_usd >= 0),
    taxable_gain_usd DECIMAL(38, 8) CHECK (taxable_gain_usd >= 0),
    gains_tax_usd DECIMAL(38, 8) CHECK (gains_tax_usd >= 0),
    loss_limit_usd DECIMAL(38, 8) NOT NULL,
    deductible_loss_usd DECIMAL(38, 8) NOT NULL CHECK (deductible_loss_usd BETWEEN 0 AND loss_limit_usd),
    usable_loss_usd DECIMAL(38, 8) CHECK (usable_loss_usd >= 0),
    carryover_short_out_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_short_out_usd >= 0),
    carryover_long_out_usd DECIMAL(38, 8) NOT NULL CHECK (carryover_long_out_usd >= 0),
    ordinary_income_usd DECIMAL(38, 8) NOT NULL,
    taxable_ordinary_income_usd DECIMAL(38, 8),
    taxable_income_usd DECIMAL(38, 8),
    is_income_assumed BOOLEAN NOT NULL,
    disposal_count BIGINT NOT NULL,
    unproven_count BIGINT NOT NULL,
    unproven_proceeds_usd DECIMAL(38, 8) NOT NULL,
    missing_count BIGINT NOT NULL,
    unvalued_income_count BIGINT NOT NULL,
    review_count BIGINT NOT NULL,
    review_gain_usd DECIMAL(38, 8) NOT NULL,
    is_over BOOLEAN NOT NULL,
    is_proven BOOLEAN NOT NULL,
    notes VARCHAR[] NOT NULL,
    CHECK (short_net_usd = short_gain_usd + other_short_gain_usd - carryover_short_used_usd),
    CHECK (long_net_usd = long_gain_usd + other_long_gain_usd - carryover_long_used_usd),
    CHECK (net_gain_usd = short_net_usd + long_net_usd)
);

COMMENT ON TABLE tax.year_summary IS 'One row for each tax year from the first with anything in it to the present one, by the rules of the book''s country. US: gains netted (IRC 1222), the loss limited (IRC 1211(b)), the rest carried on (IRC 1212(b), Capital Loss Carryover Worksheet). GB: losses, the annual exempt amount, losses carried on (TCGA 1992 s. 1K). DE: the limits of sections 23(3) and 22 no. 3 EStG. Money is in the book''s base currency. Sums are of what is proven; what is not stands in columns of its own.';
COMMENT ON COLUMN tax.year_summary.tax_year IS 'Tax year in the taxpayer''s time zone, by the calendar year in which it begins: the British 2024/25 is 2024.';
COMMENT ON COLUMN tax.year_summary.short_gain_usd IS 'Sum of the known gains of the year''s short-term disposals, signed; of all disposals where gains have no term (GB). DE: of what was held for up to a year.';
COMMENT ON COLUMN tax.year_summary.long_gain_usd IS 'Sum of the known gains of the year''s long-term disposals, signed. DE: of what was held for longer, which is not taxed.';
COMMENT ON COLUMN tax.year_summary.other_short_gain_usd IS 'Short-term gain from outside these books (stocks, funds), as configured; signed.';
COMMENT ON COLUMN tax.year_summary.other_long_gain_usd IS 'Long-term gain from outside these books, as configured; signed.';
COMMENT ON COLUMN tax.year_summary.carryover_short_in_usd IS 'Short-term loss (GB, DE: any loss) carried in from the year before, as a positive amount (US: Schedule D line 6).';
COMMENT ON COLUMN tax.year_summary.carryover_long_in_usd IS 'Long-term loss carried in from the year before, as a positive amount (US: Schedule D line 14).';
COMMENT ON COLUMN tax.year_summary.carryover_short_used_usd IS 'What of it was set against the year''s gains. US: all of it, in the netting. GB: only as far as gains stay above the annual exempt amount.';
COMMENT ON COLUMN tax.year_summary.carryover_long_used_usd IS 'What of the long-term loss carried in was set against the year''s gains.';
COMMENT ON COLUMN tax.year_summary.short_net_usd IS 'Net short-term gain or loss after the carryover (US: Schedule D line 7).';
COMMENT ON COLUMN tax.year_summary.long_net_usd IS 'Net long-term gain or loss after the carryover (US: Schedule D line 15).';
COMMENT ON COLUMN tax.year_summary.net_gain_usd IS 'Short and long combined (US: Schedule D line 16), signed. Not what is taxed where an allowance or a term frees gains: that is taxable_gain_usd.';
COMMENT ON COLUMN tax.year_summary.exempt_gain_usd IS 'What of the gains an allowance frees (GB: annual exempt amount used; DE: all of them below the limit of section 23(3) EStG; US: nothing); NULL where the year''s figures are not known here.';
COMMENT ON COLUMN tax.year_summary.taxable_gain_usd IS 'Gains left to tax after losses and allowances (US: net_gain_usd, or 0 for a loss); NULL where that is not known here.';
COMMENT ON COLUMN tax.year_summary.gains_tax_usd IS 'Tax on taxable_gain_usd where gains have rates of their own (GB, needs taxable_income_usd of the year in the configuration); NULL where it is not worked out.';
COMMENT ON COLUMN tax.year_summary.loss_limit_usd IS 'The most of a net loss that other income may take in one year, by filing status (US: IRC 1211(b)).';
COMMENT ON COLUMN tax.year_summary.deductible_loss_usd IS 'What of a net loss may be taken off other income this year, as a positive amount (US: Schedule D line 21).';
COMMENT ON COLUMN tax.year_summary.usable_loss_usd IS 'What further loss would still count in this year, against its gains and then against other income up to the limit; more would be carried on. NULL where that is not known here.';
COMMENT ON COLUMN tax.year_summary.carryover_short_out_usd IS 'Short-term loss that goes into the next year, as a positive amount (worksheet line 8). For the present year: as if it ended now.';
COMMENT ON COLUMN tax.year_summary.carryover_long_out_usd IS 'Long-term loss that goes into the next year, as a positive amount (worksheet line 13). For the present year: as if it ended now.';
COMMENT ON COLUMN tax.year_summary.ordinary_income_usd IS 'Sum of the known values of coins received as income in the year (tax.income).';
COMMENT ON COLUMN tax.year_summary.taxable_ordinary_income_usd IS 'What of it is taxed: all of it, or nothing where a limit frees it (DE: section 22 no. 3 EStG); NULL where that is not known here.';
COMMENT ON COLUMN tax.year_summary.taxable_income_usd IS 'Taxable income as configured (US: Form 1040 line 15 without its floor of zero; GB: after the personal allowance, it fills the basic rate band first); NULL when not given.';
COMMENT ON COLUMN tax.year_summary.is_income_assumed IS 'Whether the carryover out assumes that taxable income was large enough to use the whole deduction. Of the present year it is worked out where taxpayer.ordinary_income_usd is told.';
COMMENT ON COLUMN tax.year_summary.disposal_count IS 'Disposals in the year (rows of lots.disposals).';
COMMENT ON COLUMN tax.year_summary.unproven_count IS 'Disposals whose gain is not known and is in no sum: the value of the sale or of the lot is missing.';
COMMENT ON COLUMN tax.year_summary.unproven_proceeds_usd IS 'Proceeds, where known, of the disposals whose gain is not known, and of the sales that found no lots: what would be taxed at most if nothing proves a cost.';
COMMENT ON COLUMN tax.year_summary.missing_count IS 'Sales in the year that found too few lots (missing_basis problems); the missing part is in no sum.';
COMMENT ON COLUMN tax.year_summary.unvalued_income_count IS 'Income of the year without a known value; in no sum.';
COMMENT ON COLUMN tax.year_summary.review_count IS 'Disposals of the year that rest on something in doubt: a gap, a proposal, a movement that nobody explained (quality.year_doubts).';
COMMENT ON COLUMN tax.year_summary.review_gain_usd IS 'Sum of their known gains. It is in the sums of the year.';
COMMENT ON COLUMN tax.year_summary.is_over IS 'Whether the year has ended; until then its figures are those so far.';
COMMENT ON COLUMN tax.year_summary.is_proven IS 'Whether nothing is missing or in doubt in this year or in one before that its carryover rests on; if not, notes says what.';
COMMENT ON COLUMN tax.year_summary.notes IS 'In words, what has to be known before these figures are used.';
