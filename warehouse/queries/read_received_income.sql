-- Income with a known value, in the order of time.
SELECT received_at, value_usd FROM tax.income WHERE value_usd IS NOT NULL ORDER BY received_at, posting_id
