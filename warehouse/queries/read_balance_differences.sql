-- Where a venue's own balance and the books differ, since when, and what may explain it.
SELECT account, asset, computed_quantity, venue_quantity, value_usd, agreed_at, since_at, is_exact, detail
FROM quality.balance_differences
ORDER BY account, asset
