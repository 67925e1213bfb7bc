-- What of a year bears on the digital asset question; `$not_digital` are assets that are no digital assets.
SELECT
    (SELECT count(*) FROM tax.income AS i JOIN ledger.postings AS p USING (posting_id)
        WHERE i.tax_year = $tax_year AND NOT p.is_cash AND NOT list_contains($not_digital, i.asset)) AS received,
    (SELECT count(DISTINCT event_id) FROM lots.disposals
        WHERE tax_year = $tax_year AND is_taxable AND NOT list_contains($not_digital, asset))
    + (SELECT count(DISTINCT source_id) FROM tax.form_8949_gaps
        WHERE tax_year = $tax_year AND gap = 'missing_basis' AND NOT list_contains($not_digital, asset)) AS disposed,
    (SELECT count(DISTINCT event_id) FROM lots.disposals
        WHERE tax_year = $tax_year AND kind IN ('gift_out', 'donation') AND NOT list_contains($not_digital, asset))
        AS given,
    (SELECT count(*) FROM tax.form_1099da WHERE tax_year = $tax_year) AS reported,
    (SELECT count(*) FROM lots.events
        WHERE event = 'unexplained' AND year(timezone($time_zone, occurred_at)) = $tax_year
            AND NOT list_contains($not_digital, asset)) AS unexplained
