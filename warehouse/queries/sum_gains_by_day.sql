-- The known gains of one tax year, day by day in the taxpayer's time zone and by term; all short where there are none.
SELECT (disposed_at AT TIME ZONE $time_zone)::DATE AS day, coalesce(term, 'short') AS term, sum(gain_usd)::DECIMAL(38, 8) AS gain_usd
FROM lots.disposals
WHERE tax_year = $tax_year AND gain_usd IS NOT NULL
GROUP BY ALL
ORDER BY day, term
