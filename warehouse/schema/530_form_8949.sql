-- Form 8949, row by row, and what belongs on it and is kept apart.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.form_8949 (
    tax_year INTEGER NOT NULL,
    box VARCHAR NOT NULL CHECK (box BETWEEN 'A' AND 'L' AND length(box) = 1),
    place INTEGER NOT NULL,
    description VARCHAR NOT NULL,
    acquired_date DATE,
    acquired VARCHAR NOT NULL,
    sold_date DATE NOT NULL,
    proceeds_usd DECIMAL(38, 8) NOT NULL,
    cost_usd DECIMAL(38, 8) NOT NULL,
    code VARCHAR NOT NULL,
    adjustment_usd DECIMAL(38, 8) NOT NULL,
    gain_usd DECIMAL(38, 8) NOT NULL CHECK (gain_usd = proceeds_usd - cost_usd + adjustment_usd),
    disposal_id VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL,
    term VARCHAR NOT NULL CHECK (term IN ('short', 'long')),
    schedule_d_line VARCHAR NOT NULL,
    line_id VARCHAR,
    PRIMARY KEY (tax_year, box, place)
);

COMMENT ON TABLE tax.form_8949 IS 'Form 8949 (US), one row for each lot of each sale with a proven gain, in cents or, as configured, whole dollars: gain = proceeds - cost + adjustment holds of the figures as they stand. What is not proven is in tax.form_8949_gaps. Empty in the book of another country.';
COMMENT ON COLUMN tax.form_8949.tax_year IS 'Tax year of the sale.';
COMMENT ON COLUMN tax.form_8949.box IS 'Box that the row is listed under: A to F; for digital assets from 2025 G to L (short G, H, I; long J, K, L: basis reported, not reported, no form received).';
COMMENT ON COLUMN tax.form_8949.place IS 'Place in its year and box, from 1.';
COMMENT ON COLUMN tax.form_8949.description IS 'Column (a): units and symbol.';
COMMENT ON COLUMN tax.form_8949.acquired_date IS 'Column (b): date acquired in the taxpayer''s time zone, earlier by the days that a wash sale in force added; NULL where it is INHERITED.';
COMMENT ON COLUMN tax.form_8949.acquired IS 'Column (b) as it is written: MM/DD/YYYY or INHERITED.';
COMMENT ON COLUMN tax.form_8949.sold_date IS 'Column (c): date sold in the taxpayer''s time zone.';
COMMENT ON COLUMN tax.form_8949.proceeds_usd IS 'Column (d): as the broker reported them, or after selling costs where no form reports them.';
COMMENT ON COLUMN tax.form_8949.cost_usd IS 'Column (e): as the broker reported it to the IRS, else the cost in the books, with the losses that a wash sale in force added.';
COMMENT ON COLUMN tax.form_8949.code IS 'Column (f): codes in alphabetical order (B, E, L, T, W), empty where there is none.';
COMMENT ON COLUMN tax.form_8949.adjustment_usd IS 'Column (g), signed; 0 where there is none.';
COMMENT ON COLUMN tax.form_8949.gain_usd IS 'Column (h): (d) - (e) + (g).';
COMMENT ON COLUMN tax.form_8949.disposal_id IS 'Slice it stands for (lots.disposals); several rows where a broker''s lines or a wash sale divide it.';
COMMENT ON COLUMN tax.form_8949.account IS 'Account.';
COMMENT ON COLUMN tax.form_8949.asset IS 'Symbol.';
COMMENT ON COLUMN tax.form_8949.quantity IS 'Units.';
COMMENT ON COLUMN tax.form_8949.term IS 'short (Part I) or long (Part II).';
COMMENT ON COLUMN tax.form_8949.schedule_d_line IS 'Line of Schedule D that its totals go to; of 1a and 8a the row need not be listed on Form 8949 (Exception 1).';
COMMENT ON COLUMN tax.form_8949.line_id IS 'Line of a Form 1099-DA (tax.form_1099da); NULL where none reports it.';

CREATE OR REPLACE TABLE tax.form_8949_gaps (
    tax_year INTEGER NOT NULL,
    gap VARCHAR NOT NULL CHECK (gap IN ('unproven', 'missing_basis', 'only_theirs', 'proceeds_differ')),
    source_id VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    asset VARCHAR NOT NULL,
    quantity DECIMAL(38, 18),
    sold_date DATE,
    proceeds_usd DECIMAL(38, 8),
    cost_usd DECIMAL(38, 8),
    reason VARCHAR NOT NULL
);

COMMENT ON TABLE tax.form_8949_gaps IS 'What belongs on Form 8949 and is not on it, because a figure is not proven. The form and Schedule D of such a year are not ready to be filed.';
COMMENT ON COLUMN tax.form_8949_gaps.tax_year IS 'Tax year.';
COMMENT ON COLUMN tax.form_8949_gaps.gap IS 'unproven (a cost or proceeds are not known), missing_basis (no lots were left), only_theirs (a broker reports a sale that the books do not hold) or proceeds_differ (a broker reports other proceeds, without an explanation).';
COMMENT ON COLUMN tax.form_8949_gaps.source_id IS 'Disposal (lots.disposals), event (lots.events) or line of a broker (tax.form_1099da).';
COMMENT ON COLUMN tax.form_8949_gaps.account IS 'Account.';
COMMENT ON COLUMN tax.form_8949_gaps.asset IS 'Symbol.';
COMMENT ON COLUMN tax.form_8949_gaps.quantity IS 'Units.';
COMMENT ON COLUMN tax.form_8949_gaps.sold_date IS 'Date of the sale.';
COMMENT ON COLUMN tax.form_8949_gaps.proceeds_usd IS 'Proceeds; NULL where not known.';
COMMENT ON COLUMN tax.form_8949_gaps.cost_usd IS 'Cost; NULL where not known.';
COMMENT ON COLUMN tax.form_8949_gaps.reason IS 'In words, why it is not on the form.';
