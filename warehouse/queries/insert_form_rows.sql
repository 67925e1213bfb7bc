-- The disposals with a known gain that no broker's form and no wash sale touches, and `special_rows`, worked out row by
-- row, to tax.form_8949. `form_boxes` says which box and line each year, class and term belong to. Money is rounded to
-- cents or whole dollars, a half away from zero, and the gain is the difference of what is written. Both arms of a CASE are
-- of one type: DuckDB gives a CASE of DECIMAL(38, 0) and DECIMAL(38, 2) no decimals at all.
INSERT INTO tax.form_8949 BY NAME
WITH plain AS (
    SELECT
        d.disposal_id, d.tax_year, d.account, d.asset, d.quantity, d.term,
        CASE WHEN l.origin <> 'inheritance' THEN timezone($time_zone, d.acquired_at)::DATE END AS acquired_date,
        timezone($time_zone, d.disposed_at)::DATE AS sold_date,
        CASE WHEN $whole_dollars THEN d.proceeds_usd::DECIMAL(38, 0)::DECIMAL(38, 8)
            ELSE d.proceeds_usd::DECIMAL(38, 2)::DECIMAL(38, 8) END AS proceeds_usd,
        CASE WHEN $whole_dollars THEN d.cost_usd::DECIMAL(38, 0)::DECIMAL(38, 8)
            ELSE d.cost_usd::DECIMAL(38, 2)::DECIMAL(38, 8) END AS cost_usd,
        b.box, b.schedule_d_line
    FROM lots.disposals AS d
    JOIN lots.lots AS l USING (lot_id)
    JOIN form_boxes AS b
        ON b.tax_year = d.tax_year AND b.account = d.account AND b.asset = d.asset AND b.term = d.term
    WHERE d.gain_usd IS NOT NULL AND d.is_taxable
        AND d.disposal_id NOT IN (SELECT disposal_id FROM special_disposals)
), together AS (
    SELECT *, proceeds_usd - cost_usd AS gain_usd, 0 AS adjustment_usd, '' AS code, 0 AS part, NULL::VARCHAR AS line_id
    FROM plain
    UNION ALL BY NAME
    SELECT * FROM special_rows
)
SELECT
    * EXCLUDE (part),
    rtrim(rtrim(quantity::VARCHAR, '0'), '.') || ' ' || asset AS description,
    coalesce(strftime(acquired_date, '%m/%d/%Y'), 'INHERITED') AS acquired,
    row_number() OVER (
        PARTITION BY tax_year, box ORDER BY sold_date, asset, acquired_date NULLS FIRST, disposal_id, part
    ) AS place
FROM together
ORDER BY tax_year, box, place
