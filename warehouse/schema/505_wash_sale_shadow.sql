-- What a wash sale rule disallows, or would disallow if it reached coins.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.wash_sale_shadow (
    disposal_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    asset VARCHAR NOT NULL,
    asset_class VARCHAR NOT NULL,
    account VARCHAR NOT NULL,
    disposed_at TIMESTAMPTZ NOT NULL,
    tax_year INTEGER NOT NULL,
    replacement_lot_id VARCHAR NOT NULL,
    replacement_asset VARCHAR NOT NULL,
    replacement_account VARCHAR NOT NULL,
    replacement_acquired_at TIMESTAMPTZ NOT NULL,
    replaced_quantity DECIMAL(38, 18) NOT NULL CHECK (replaced_quantity > 0),
    disallowed_usd DECIMAL(38, 8) NOT NULL CHECK (disallowed_usd >= 0),
    replacement_basis_usd DECIMAL(38, 8),
    tacked_days INTEGER NOT NULL CHECK (tacked_days >= 0),
    window_ends_date DATE NOT NULL,
    is_in_force BOOLEAN NOT NULL,
    PRIMARY KEY (disposal_id, place)
);

COMMENT ON TABLE tax.wash_sale_shadow IS 'Losses whose units were bought again within 30 days before or after (US: IRC 1091), loss by loss and replacement by replacement. Where is_in_force is false no law disallows them: the rows show what a law would. The gains of lots.disposals and tax.year_summary do not take them into account, and a year with rows in force is not proven there; tax.form_8949 and tax.schedule_d do. Empty in the book of another country.';
COMMENT ON COLUMN tax.wash_sale_shadow.disposal_id IS 'Disposal with the loss (lots.disposals).';
COMMENT ON COLUMN tax.wash_sale_shadow.place IS 'Place among the replacements of the disposal, from 1.';
COMMENT ON COLUMN tax.wash_sale_shadow.asset IS 'Symbol of what was sold.';
COMMENT ON COLUMN tax.wash_sale_shadow.asset_class IS 'coin, tokenized_security, etf or security, as configured; it decides whether the rule is law.';
COMMENT ON COLUMN tax.wash_sale_shadow.account IS 'Account that it was sold in.';
COMMENT ON COLUMN tax.wash_sale_shadow.disposed_at IS 'When it was sold, in UTC.';
COMMENT ON COLUMN tax.wash_sale_shadow.tax_year IS 'Tax year of the sale.';
COMMENT ON COLUMN tax.wash_sale_shadow.replacement_lot_id IS 'Lot that replaces it (lots.lots).';
COMMENT ON COLUMN tax.wash_sale_shadow.replacement_asset IS 'Symbol of the replacement: the same, or one of its group.';
COMMENT ON COLUMN tax.wash_sale_shadow.replacement_account IS 'Account in which the replacement was acquired.';
COMMENT ON COLUMN tax.wash_sale_shadow.replacement_acquired_at IS 'When, in UTC.';
COMMENT ON COLUMN tax.wash_sale_shadow.replaced_quantity IS 'Units of the loss that this lot replaces; a unit replaces one unit once.';
COMMENT ON COLUMN tax.wash_sale_shadow.disallowed_usd IS 'Loss of those units that is disallowed, as a positive amount, with what was disallowed before and had joined their cost.';
COMMENT ON COLUMN tax.wash_sale_shadow.replacement_basis_usd IS 'Cost of the replacing units with the disallowed loss; NULL where their cost is not known.';
COMMENT ON COLUMN tax.wash_sale_shadow.tacked_days IS 'Days for which the sold units were held, which join the holding period of the replacement (IRC 1223(3)).';
COMMENT ON COLUMN tax.wash_sale_shadow.window_ends_date IS 'Last date on which buying replaces it, in the taxpayer''s time zone; until it is over more may be disallowed.';
COMMENT ON COLUMN tax.wash_sale_shadow.is_in_force IS 'Whether the rule is law for that asset on that date.';

CREATE OR REPLACE TABLE tax.wash_sale_parts (
    disposal_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    added_cost_usd DECIMAL(38, 8) NOT NULL,
    tacked_days INTEGER NOT NULL CHECK (tacked_days >= 0),
    disallowed_usd DECIMAL(38, 8) NOT NULL CHECK (disallowed_usd >= 0),
    PRIMARY KEY (disposal_id, place)
);

COMMENT ON TABLE tax.wash_sale_parts IS 'Disposals that a wash sale rule in force changes: those whose loss it disallows, and those of what replaced something. Each in the parts that are alike. Empty where no rule is in force.';
COMMENT ON COLUMN tax.wash_sale_parts.disposal_id IS 'Disposal (lots.disposals).';
COMMENT ON COLUMN tax.wash_sale_parts.place IS 'Order of the parts.';
COMMENT ON COLUMN tax.wash_sale_parts.quantity IS 'Units of the part.';
COMMENT ON COLUMN tax.wash_sale_parts.added_cost_usd IS 'Disallowed loss that joined their cost when they replaced something; 0 where they did not.';
COMMENT ON COLUMN tax.wash_sale_parts.tacked_days IS 'Days that joined their holding period then.';
COMMENT ON COLUMN tax.wash_sale_parts.disallowed_usd IS 'What of their own loss is disallowed, as a positive amount (Form 8949 code W).';
