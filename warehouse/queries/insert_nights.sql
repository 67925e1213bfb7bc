-- From harvest.history to harvest.nights: the sums of each night in night_list, also of one without a row.
INSERT INTO harvest.nights BY NAME
SELECT
    n.night_date,
    n.as_of,
    n.is_present,
    coalesce(-sum(h.unrealized_usd) FILTER (h.status = 'ready' AND h.term <> 'long'), 0)::DECIMAL(38, 8) AS short_loss_usd,
    coalesce(-sum(h.unrealized_usd) FILTER (h.status = 'ready' AND h.term = 'long'), 0)::DECIMAL(38, 8) AS long_loss_usd,
    coalesce(-sum(h.unrealized_usd) FILTER (h.status = 'review'), 0)::DECIMAL(38, 8) AS review_loss_usd
FROM night_list AS n
LEFT JOIN harvest.history AS h USING (night_date)
GROUP BY n.night_date, n.as_of, n.is_present
ORDER BY n.night_date;
