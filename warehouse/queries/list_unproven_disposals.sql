-- What of a year's disposals is in no gain, and why; `$tax_year` NULL: of every year.
-- Disposals that realize nothing (is_taxable is false: gifts, donations, losses) miss no gain and are not here.
SELECT tax_year, disposed_at, account, asset, quantity, proceeds_usd, cost_usd, reason, source_id
FROM (
    SELECT
        tax_year,
        disposed_at,
        account,
        asset,
        quantity,
        proceeds_usd,
        cost_usd,
        CASE
            WHEN proceeds_usd IS NULL AND cost_usd IS NULL THEN 'neither the proceeds nor the cost are known'
            WHEN proceeds_usd IS NULL THEN 'the proceeds are not known'
            ELSE 'the cost is not known'
        END AS reason,
        disposal_id AS source_id
    FROM lots.disposals
    WHERE gain_usd IS NULL AND is_taxable
    UNION ALL BY NAME
    SELECT
        s.tax_year,
        s.occurred_at AS disposed_at,
        s.account,
        s.asset,
        s.quantity,
        s.value_usd AS proceeds_usd,
        NULL::DECIMAL(38, 8) AS cost_usd,
        'no lots were left to sell from' AS reason,
        s.event_id AS source_id
    FROM lots.shortfalls AS s
    LEFT JOIN lots.events AS e USING (event_id)
    WHERE s.problem = 'missing_basis'
      AND coalesce(e.kind, '') NOT IN ('gift_out', 'donation', 'lost', 'theft', 'carried')
)
WHERE $tax_year::INTEGER IS NULL OR tax_year = $tax_year::INTEGER
ORDER BY disposed_at, source_id
