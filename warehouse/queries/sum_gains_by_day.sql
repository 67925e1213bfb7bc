-- The known gains of one tax year, day by day in the taxpayer's time zone and by term.
SELECT (disposed_at AT TIME ZONE $time_zone)::DATE AS day, term, sum(gain_usd)::DECIMAL(38, 8) AS gain_usd
FROM lots.disposals
WHERE tax_year = $tax_year AND gain_usd IS NOT NULL
GROUP BY day, term
ORDER BY day, term
