-- What came of the planned sales in all.
SELECT
    count(*) FILTER (fill_count > 0) AS scored_lines,
    count(*) FILTER (outcome = 'open') AS open_lines,
    count(*) FILTER (outcome = 'not_done') AS lines_not_done,
    coalesce(sum(expected_short_loss_usd + expected_long_loss_usd) FILTER (fill_count > 0), 0) AS expected_loss_usd,
    coalesce(sum(actual_short_loss_usd + actual_long_loss_usd) FILTER (fill_count > 0), 0) AS actual_loss_usd,
    sum(expected_tax_saved_usd) FILTER (fill_count > 0) AS expected_tax_saved_usd,
    sum(actual_tax_saved_usd) AS actual_tax_saved_usd
FROM harvest.scores
