-- What brokers reported on Form 1099-DA, and how it compares with the books.
CREATE SCHEMA IF NOT EXISTS tax;

CREATE OR REPLACE TABLE tax.form_1099da (
    line_id VARCHAR PRIMARY KEY,
    account VARCHAR NOT NULL,
    tax_year INTEGER NOT NULL,
    line INTEGER NOT NULL,
    asset VARCHAR NOT NULL,
    quantity DECIMAL(38, 18) NOT NULL CHECK (quantity > 0),
    acquired_date DATE,
    sold_date DATE,
    proceeds_usd DECIMAL(38, 8) NOT NULL,
    cost_usd DECIMAL(38, 8),
    wash_sale_usd DECIMAL(38, 8),
    is_basis_reported BOOLEAN NOT NULL,
    is_net BOOLEAN NOT NULL,
    term VARCHAR CHECK (term IN ('short', 'long', 'ordinary')),
    is_noncovered BOOLEAN NOT NULL,
    is_aggregate BOOLEAN NOT NULL,
    transferred_in_date DATE
);

COMMENT ON TABLE tax.form_1099da IS 'The lines of the Forms 1099-DA that the configuration names, as the broker reported them.';
COMMENT ON COLUMN tax.form_1099da.line_id IS 'account/1099-DA/tax year/line of the file.';
COMMENT ON COLUMN tax.form_1099da.account IS 'Account whose broker reports.';
COMMENT ON COLUMN tax.form_1099da.tax_year IS 'Tax year of the form.';
COMMENT ON COLUMN tax.form_1099da.line IS 'Line of the file; the header is line 1.';
COMMENT ON COLUMN tax.form_1099da.asset IS 'Symbol (box 1a or 1b), after the book''s aliases.';
COMMENT ON COLUMN tax.form_1099da.quantity IS 'Units (box 1c).';
COMMENT ON COLUMN tax.form_1099da.acquired_date IS 'Date acquired (box 1d); NULL where blank or VARIOUS.';
COMMENT ON COLUMN tax.form_1099da.sold_date IS 'Date sold (box 1e); NULL on a line that adds up many sales.';
COMMENT ON COLUMN tax.form_1099da.proceeds_usd IS 'Proceeds (box 1f).';
COMMENT ON COLUMN tax.form_1099da.cost_usd IS 'Cost or other basis (box 1g); NULL where blank.';
COMMENT ON COLUMN tax.form_1099da.wash_sale_usd IS 'Wash sale loss disallowed (box 1i); NULL where blank.';
COMMENT ON COLUMN tax.form_1099da.is_basis_reported IS 'Box 2: whether the basis went to the IRS.';
COMMENT ON COLUMN tax.form_1099da.is_net IS 'Box 3a: whether the proceeds are less the costs of selling; otherwise they are gross.';
COMMENT ON COLUMN tax.form_1099da.term IS 'Box 6: short, long or ordinary; NULL where blank.';
COMMENT ON COLUMN tax.form_1099da.is_noncovered IS 'Box 9: whether the broker says that it is no covered security.';
COMMENT ON COLUMN tax.form_1099da.is_aggregate IS 'Boxes 11a to 11c: whether the line adds up many sales (stablecoins or NFTs).';
COMMENT ON COLUMN tax.form_1099da.transferred_in_date IS 'Box 12b: when the units came to the broker; NULL where blank.';

CREATE OR REPLACE TABLE tax.form_1099da_match (
    match_id VARCHAR NOT NULL,
    place INTEGER NOT NULL,
    account VARCHAR NOT NULL,
    tax_year INTEGER NOT NULL,
    asset VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('agreed', 'differs', 'only_theirs', 'only_ours')),
    reasons VARCHAR[] NOT NULL,
    is_usable BOOLEAN NOT NULL,
    line_id VARCHAR,
    disposal_id VARCHAR,
    quantity DECIMAL(38, 18) NOT NULL,
    sold_date DATE,
    reported_sold_date DATE,
    proceeds_usd DECIMAL(38, 8),
    reported_proceeds_usd DECIMAL(38, 8),
    fees_usd DECIMAL(38, 8),
    cost_usd DECIMAL(38, 8),
    reported_cost_usd DECIMAL(38, 8),
    net_proceeds_usd DECIMAL(38, 8),
    reported_term VARCHAR,
    is_basis_reported BOOLEAN,
    PRIMARY KEY (match_id, place)
);

COMMENT ON TABLE tax.form_1099da_match IS 'The broker''s lines beside the disposals of the books, matched by account, asset, units and day. A match can hold several lines and several slices (rows of lots.disposals); each row is the part that one line and one slice share. Accounts and years without a form have no rows.';
COMMENT ON COLUMN tax.form_1099da_match.match_id IS 'The first line or slice of the match.';
COMMENT ON COLUMN tax.form_1099da_match.place IS 'Place of the part in its match, from 1.';
COMMENT ON COLUMN tax.form_1099da_match.account IS 'Account.';
COMMENT ON COLUMN tax.form_1099da_match.tax_year IS 'Tax year of the form.';
COMMENT ON COLUMN tax.form_1099da_match.asset IS 'Symbol.';
COMMENT ON COLUMN tax.form_1099da_match.status IS 'agreed (rounding aside), differs, only_theirs (the books hold no such sale) or only_ours (the broker reported none).';
COMMENT ON COLUMN tax.form_1099da_match.reasons IS 'In words, in what they differ and why; of only_ours, what may explain it.';
COMMENT ON COLUMN tax.form_1099da_match.is_usable IS 'Whether the part may go on Form 8949: not where the proceeds differ without an explanation, nor where the books hold no such sale.';
COMMENT ON COLUMN tax.form_1099da_match.line_id IS 'Line of the broker (tax.form_1099da); NULL of only_ours.';
COMMENT ON COLUMN tax.form_1099da_match.disposal_id IS 'Slice of the books (lots.disposals); of what found no lot event_id/missing; NULL of only_theirs.';
COMMENT ON COLUMN tax.form_1099da_match.quantity IS 'Units of the part.';
COMMENT ON COLUMN tax.form_1099da_match.sold_date IS 'Date of the sale in the books, in the taxpayer''s time zone.';
COMMENT ON COLUMN tax.form_1099da_match.reported_sold_date IS 'Date that the broker reported.';
COMMENT ON COLUMN tax.form_1099da_match.proceeds_usd IS 'Proceeds of the part in the books, after fees; NULL where not known.';
COMMENT ON COLUMN tax.form_1099da_match.reported_proceeds_usd IS 'The part''s share of the broker''s proceeds.';
COMMENT ON COLUMN tax.form_1099da_match.fees_usd IS 'The part''s share of the fees of the sale; NULL where not known.';
COMMENT ON COLUMN tax.form_1099da_match.cost_usd IS 'Cost of the part in the books; NULL where not known.';
COMMENT ON COLUMN tax.form_1099da_match.reported_cost_usd IS 'The part''s share of the broker''s basis; NULL where blank.';
COMMENT ON COLUMN tax.form_1099da_match.net_proceeds_usd IS 'The proceeds that the gain is worked out from: the broker''s where they agree but for rounding, else those of the books.';
COMMENT ON COLUMN tax.form_1099da_match.reported_term IS 'Short, long or ordinary by the broker; NULL where blank.';
COMMENT ON COLUMN tax.form_1099da_match.is_basis_reported IS 'Whether the broker reported the basis to the IRS; NULL of only_ours.';
