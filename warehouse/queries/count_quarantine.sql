-- How many received rows of each account could not be booked.
SELECT account, count(*) AS row_count
FROM quality.quarantine
GROUP BY account
ORDER BY account
