-- What the books hold of each tax year: sums of what is known, counts of what is not.
-- Disposals that realize nothing (is_taxable is false: gifts, donations, losses) have no gain and miss none.
WITH gains AS (
    SELECT
        tax_year,
        coalesce(sum(gain_usd) FILTER (term = 'short'), 0)::DECIMAL(38, 8) AS short_gain_usd,
        coalesce(sum(gain_usd) FILTER (term = 'long'), 0)::DECIMAL(38, 8) AS long_gain_usd,
        count(*) AS disposal_count,
        count(*) FILTER (gain_usd IS NULL AND is_taxable) AS unproven_count,
        coalesce(sum(proceeds_usd) FILTER (gain_usd IS NULL AND is_taxable), 0)::DECIMAL(38, 8) AS unproven_proceeds_usd
    FROM lots.disposals
    GROUP BY tax_year
),

missing AS (
    SELECT
        year(s.occurred_at AT TIME ZONE $time_zone) AS tax_year,
        count(*) AS missing_count,
        coalesce(sum(s.value_usd), 0)::DECIMAL(38, 8) AS missing_proceeds_usd
    FROM lots.shortfalls AS s
    LEFT JOIN lots.events AS e USING (event_id)
    WHERE s.problem = 'missing_basis'
      AND coalesce(e.kind, '') NOT IN ('gift_out', 'donation', 'lost', 'theft')
    GROUP BY ALL
),

income AS (
    SELECT
        tax_year,
        coalesce(sum(value_usd), 0)::DECIMAL(38, 8) AS ordinary_income_usd,
        count(*) FILTER (value_usd IS NULL) AS unvalued_income_count
    FROM tax.income
    GROUP BY tax_year
),

-- Losses that a wash sale rule in force disallows, and later sales of what replaced them: their cost is higher.
washed AS (
    SELECT
        tax_year, count(DISTINCT disposal_id) AS washed_count, sum(disallowed_usd)::DECIMAL(38, 8) AS washed_loss_usd
    FROM tax.wash_sale_shadow WHERE is_in_force GROUP BY tax_year
),

replacements_sold AS (
    SELECT tax_year, count(*) AS replacement_count
    FROM lots.disposals SEMI JOIN (
        SELECT replacement_lot_id AS lot_id FROM tax.wash_sale_shadow WHERE is_in_force
    ) USING (lot_id)
    GROUP BY tax_year
)

SELECT
    tax_year::INTEGER AS tax_year,
    coalesce(short_gain_usd, 0) AS short_gain_usd,
    coalesce(long_gain_usd, 0) AS long_gain_usd,
    coalesce(ordinary_income_usd, 0) AS ordinary_income_usd,
    coalesce(disposal_count, 0) AS disposal_count,
    coalesce(unproven_count, 0) AS unproven_count,
    coalesce(unproven_proceeds_usd, 0) + coalesce(missing_proceeds_usd, 0) AS unproven_proceeds_usd,
    coalesce(missing_count, 0) AS missing_count,
    coalesce(unvalued_income_count, 0) AS unvalued_income_count,
    coalesce(washed_count, 0) AS washed_count,
    coalesce(washed_loss_usd, 0) AS washed_loss_usd,
    coalesce(replacement_count, 0) AS replacement_count
FROM gains
FULL JOIN missing USING (tax_year)
FULL JOIN income USING (tax_year)
LEFT JOIN washed USING (tax_year)
LEFT JOIN replacements_sold USING (tax_year)
ORDER BY tax_year
