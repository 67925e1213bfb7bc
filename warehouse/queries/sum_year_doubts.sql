-- How many disposals of each tax year rest on each doubt, and the sum of their known gains.
WITH behind AS (
    SELECT
        account, asset, tax_year, disposed_at,
        count(*) OVER later AS disposal_count,
        coalesce(sum(gain_usd) OVER later, 0) AS gain_usd
    FROM lots.disposals
    WINDOW later AS (
        PARTITION BY account, asset, tax_year ORDER BY disposed_at DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
), years AS (
    SELECT DISTINCT account, asset, tax_year FROM lots.disposals
), pairs AS (
    SELECT doubt_id, account, asset, tax_year, coalesce(from_at, '-infinity'::TIMESTAMPTZ) AS from_at
    FROM quality.doubts JOIN years USING (account, asset)
)
SELECT
    p.tax_year, p.doubt_id, sum(b.disposal_count)::BIGINT AS disposal_count, sum(b.gain_usd)::DECIMAL(38, 8) AS gain_usd
FROM pairs AS p
ASOF JOIN behind AS b
    ON p.account = b.account AND p.asset = b.asset AND p.tax_year = b.tax_year AND p.from_at <= b.disposed_at
GROUP BY p.tax_year, p.doubt_id
ORDER BY p.tax_year, p.doubt_id
