-- Schedule D and the Capital Loss Carryover Worksheet, line by line.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.schedule_d (
    tax_year INTEGER NOT NULL,
    form VARCHAR NOT NULL CHECK (form IN ('schedule_d', 'carryover_worksheet')),
    place INTEGER NOT NULL,
    line VARCHAR NOT NULL,
    description VARCHAR NOT NULL,
    proceeds_usd DECIMAL(38, 8),
    cost_usd DECIMAL(38, 8),
    adjustment_usd DECIMAL(38, 8),
    amount_usd DECIMAL(38, 8),
    is_proven BOOLEAN NOT NULL,
    notes VARCHAR[] NOT NULL,
    PRIMARY KEY (tax_year, form, place)
);

COMMENT ON TABLE tax.schedule_d IS 'Schedule D (Form 1040, US), line by line, from the rows of tax.form_8949, and the Capital Loss Carryover Worksheet that makes its lines 6 and 14, filled in from the lines of the year before. Empty in the book of another country.';
COMMENT ON COLUMN tax.schedule_d.tax_year IS 'Tax year of the return.';
COMMENT ON COLUMN tax.schedule_d.form IS 'schedule_d or carryover_worksheet.';
COMMENT ON COLUMN tax.schedule_d.place IS 'Order of the lines.';
COMMENT ON COLUMN tax.schedule_d.line IS 'Line number of the form; other short and other long are gains from outside these books, as configured.';
COMMENT ON COLUMN tax.schedule_d.description IS 'What the line is.';
COMMENT ON COLUMN tax.schedule_d.proceeds_usd IS 'Column (d); NULL on lines without it.';
COMMENT ON COLUMN tax.schedule_d.cost_usd IS 'Column (e); NULL on lines without it.';
COMMENT ON COLUMN tax.schedule_d.adjustment_usd IS 'Column (g); NULL on lines without it.';
COMMENT ON COLUMN tax.schedule_d.amount_usd IS 'Column (h), or the amount of the line; losses negative, but lines 6, 14 and 21, which the form puts in brackets, and the worksheet''s are positive. NULL where the line is left empty.';
COMMENT ON COLUMN tax.schedule_d.is_proven IS 'Whether nothing is missing in this year or in one before that its carryover rests on.';
COMMENT ON COLUMN tax.schedule_d.notes IS 'In words, what has to be known before the year''s lines are used.';
