-- Disposals with a known gain that a broker's line, a wash sale in force or a setting touches: their rows of Form 8949
-- are worked out one by one.
CREATE OR REPLACE TEMP TABLE special_disposals AS
SELECT DISTINCT disposal_id FROM lots.disposals
WHERE gain_usd IS NOT NULL AND is_taxable AND (
    disposal_id IN (SELECT disposal_id FROM tax.form_1099da_match WHERE line_id IS NOT NULL AND disposal_id IS NOT NULL)
    OR disposal_id IN (SELECT disposal_id FROM tax.wash_sale_parts)
    OR transaction_id IN (SELECT transaction_id FROM nondeductible)
);
