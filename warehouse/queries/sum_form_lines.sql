-- The rows of Form 8949 by year and line of Schedule D.
SELECT
    tax_year, schedule_d_line,
    sum(proceeds_usd)::DECIMAL(38, 8) AS proceeds_usd,
    sum(cost_usd)::DECIMAL(38, 8) AS cost_usd,
    sum(adjustment_usd)::DECIMAL(38, 8) AS adjustment_usd,
    sum(gain_usd)::DECIMAL(38, 8) AS gain_usd
FROM tax.form_8949
GROUP BY tax_year, schedule_d_line
ORDER BY tax_year, schedule_d_line
