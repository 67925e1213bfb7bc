-- What the books hold of each tax year: sums of what is known, counts of what is not.
-- `$today` is the local date.
-- Disposals that realize nothing (is_taxable is false: gifts, donations, losses) have no gain and miss none.
WITH gains AS (
    SELECT
        tax_year,
        coalesce(sum(gain_usd) FILTER (term IS DISTINCT FROM 'long'), 0)::DECIMAL(38, 8) AS short_gain_usd,
        coalesce(sum(gain_usd) FILTER (term = 'long'), 0)::DECIMAL(38, 8) AS long_gain_usd,
        count(*) AS disposal_count,
        count(DISTINCT transaction_id) FILTER (kind = 'carried') AS carry_count,
        count(*) FILTER (is_taxable AND lot_id IN (SELECT lot_id FROM lots.carried)) AS carried_sale_count,
        count(*) FILTER (gain_usd IS NULL AND is_taxable) AS unproven_count,
        coalesce(sum(proceeds_usd) FILTER (gain_usd IS NULL AND is_taxable), 0)::DECIMAL(38, 8) AS unproven_proceeds_usd
    FROM lots.disposals
    GROUP BY tax_year
),

missing AS (
    SELECT
        s.tax_year,
        count(*) AS missing_count,
        coalesce(sum(s.value_usd), 0)::DECIMAL(38, 8) AS missing_proceeds_usd
    FROM lots.shortfalls AS s
    LEFT JOIN lots.events AS e USING (event_id)
    WHERE s.problem = 'missing_basis'
      AND coalesce(e.kind, '') NOT IN ('gift_out', 'donation', 'lost', 'theft', 'carried')
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
),

-- Where disposals come from a pool: those of a pool that misses coins sold without lots, and those so young that a
-- purchase to come may still be matched with them.
pools AS (
    SELECT
        m.tax_year,
        list(DISTINCT m.asset ORDER BY m.asset) FILTER (m.disposed_date >= s.missing_date) AS incomplete_pools,
        count(DISTINCT (m.asset, m.disposed_date)) FILTER (m.disposed_date + 30 >= $today) AS open_match_count
    FROM lots.share_matches AS m
    LEFT JOIN (
        SELECT asset, min(occurred_at AT TIME ZONE $time_zone)::DATE AS missing_date
        FROM lots.shortfalls WHERE problem = 'missing_basis' GROUP BY asset
    ) AS s USING (asset)
    WHERE m.rule = 'section_104'
    GROUP BY m.tax_year
),

-- Disposals that rest on something in doubt, each once, and the years that a doubt lies in.
reviewed AS (
    SELECT
        d.tax_year, count(*) AS review_count, coalesce(sum(d.gain_usd), 0)::DECIMAL(38, 8) AS review_gain_usd
    FROM lots.disposals AS d
    JOIN (
        SELECT account, asset, min(coalesce(from_at, '-infinity'::TIMESTAMPTZ)) AS from_at
        FROM quality.doubts GROUP BY account, asset
    ) AS q USING (account, asset)
    WHERE d.disposed_at >= q.from_at
    GROUP BY d.tax_year
),

doubtful AS (
    SELECT DISTINCT tax_year FROM quality.year_doubts
)

SELECT
    tax_year::INTEGER AS tax_year,
    coalesce(short_gain_usd, 0) AS short_gain_usd,
    coalesce(long_gain_usd, 0) AS long_gain_usd,
    coalesce(ordinary_income_usd, 0) AS ordinary_income_usd,
    coalesce(disposal_count, 0) AS disposal_count,
    coalesce(carry_count, 0) AS carry_count,
    coalesce(carried_sale_count, 0) AS carried_sale_count,
    coalesce(unproven_count, 0) AS unproven_count,
    coalesce(unproven_proceeds_usd, 0) + coalesce(missing_proceeds_usd, 0) AS unproven_proceeds_usd,
    coalesce(missing_count, 0) AS missing_count,
    coalesce(unvalued_income_count, 0) AS unvalued_income_count,
    coalesce(washed_count, 0) AS washed_count,
    coalesce(washed_loss_usd, 0) AS washed_loss_usd,
    coalesce(replacement_count, 0) AS replacement_count,
    coalesce(incomplete_pools, []) AS incomplete_pools,
    coalesce(open_match_count, 0) AS open_match_count,
    coalesce(review_count, 0) AS review_count,
    coalesce(review_gain_usd, 0) AS review_gain_usd
FROM gains
FULL JOIN missing USING (tax_year)
FULL JOIN income USING (tax_year)
FULL JOIN doubtful USING (tax_year)
LEFT JOIN reviewed USING (tax_year)
LEFT JOIN washed USING (tax_year)
LEFT JOIN replacements_sold USING (tax_year)
LEFT JOIN pools USING (tax_year)
ORDER BY tax_year
