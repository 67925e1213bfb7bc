-- What the disposals of each asset on each day came to, where their gain is known.
SELECT tax_year, (disposed_at AT TIME ZONE $time_zone)::DATE AS day, asset, sum(gain_usd)::DECIMAL(38, 8) AS gain_usd
FROM lots.disposals
WHERE gain_usd IS NOT NULL
GROUP BY ALL
ORDER BY ALL
