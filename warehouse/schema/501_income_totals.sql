-- Income by month and kind, and the line of the return that it goes to.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.income_totals (
    tax_year INTEGER NOT NULL,
    month INTEGER NOT NULL CHECK (month BETWEEN 1 AND 12),
    kind VARCHAR NOT NULL,
    is_money BOOLEAN NOT NULL,
    is_business BOOLEAN NOT NULL,
    form_line VARCHAR,
    income_count BIGINT NOT NULL,
    value_usd DECIMAL(38, 8) NOT NULL,
    unvalued_count BIGINT NOT NULL
);

COMMENT ON TABLE tax.income_totals IS 'Ordinary income (tax.income) by month and kind, with the line of the return that it goes to.';
COMMENT ON COLUMN tax.income_totals.tax_year IS 'Calendar year in the taxpayer''s time zone.';
COMMENT ON COLUMN tax.income_totals.month IS 'Month in that zone, 1 to 12.';
COMMENT ON COLUMN tax.income_totals.kind IS 'reward, airdrop, mining, interest, fork or income.';
COMMENT ON COLUMN tax.income_totals.is_money IS 'Whether it came as money and not as a digital asset.';
COMMENT ON COLUMN tax.income_totals.is_business IS 'Whether it is income of a trade or business, as configured ([income]).';
COMMENT ON COLUMN tax.income_totals.form_line IS 'Where it goes (US): Schedule C, Schedule 1 line 8v, Form 1040 line 2b (interest in money) or Schedule 1 line 8z (other money); NULL in the book of another country.';
COMMENT ON COLUMN tax.income_totals.income_count IS 'Rows of tax.income.';
COMMENT ON COLUMN tax.income_totals.value_usd IS 'Sum of the known values.';
COMMENT ON COLUMN tax.income_totals.unvalued_count IS 'Rows without a known value; in no sum.';
