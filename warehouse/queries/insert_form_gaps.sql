-- What belongs on Form 8949 and is kept apart: what the books can not prove, and what a broker reports otherwise.
INSERT INTO tax.form_8949_gaps BY NAME
SELECT * FROM (
    SELECT
        tax_year, 'unproven' AS gap, disposal_id AS source_id, account, asset, quantity,
        timezone($time_zone, disposed_at)::DATE AS sold_date, proceeds_usd, cost_usd,
        CASE
            WHEN proceeds_usd IS NULL AND cost_usd IS NULL THEN 'neither the proceeds nor the cost are known'
            WHEN proceeds_usd IS NULL THEN 'the proceeds are not known'
            ELSE 'the cost is not known'
        END AS reason
    FROM lots.disposals WHERE gain_usd IS NULL AND is_taxable
    UNION ALL BY NAME
    SELECT
        year(timezone($time_zone, s.occurred_at))::INTEGER AS tax_year, 'missing_basis' AS gap, s.event_id AS source_id,
        s.account, s.asset, s.quantity, timezone($time_zone, s.occurred_at)::DATE AS sold_date,
        s.value_usd AS proceeds_usd, 'no lots were left to sell from' AS reason
    FROM lots.shortfalls AS s LEFT JOIN lots.events AS e USING (event_id)
    WHERE s.problem = 'missing_basis' AND coalesce(e.kind, '') NOT IN ('gift_out', 'donation', 'lost', 'theft', 'carried')
    UNION ALL BY NAME
    SELECT
        tax_year, 'only_theirs' AS gap, line_id AS source_id, account, asset, quantity,
        coalesce(reported_sold_date, make_date(tax_year, 12, 31)) AS sold_date, reported_proceeds_usd AS proceeds_usd,
        reported_cost_usd AS cost_usd, array_to_string(reasons, '; ') AS reason
    FROM tax.form_1099da_match WHERE status = 'only_theirs'
    UNION ALL BY NAME
    SELECT
        m.tax_year, 'proceeds_differ' AS gap, m.disposal_id AS source_id, m.account, m.asset, m.quantity, m.sold_date,
        m.reported_proceeds_usd AS proceeds_usd, m.cost_usd, array_to_string(m.reasons, '; ') AS reason
    FROM tax.form_1099da_match AS m
    JOIN lots.disposals AS d USING (disposal_id)
    WHERE NOT m.is_usable AND d.gain_usd IS NOT NULL
)
ORDER BY tax_year, gap, sold_date, source_id
