-- What was bought after a moment, in any account.
SELECT asset, occurred_at AS bought_at, quantity, value_usd AS cost_usd
FROM lots.events
WHERE event = 'acquire' AND kind = 'trade' AND occurred_at > $since AND occurred_at <= $as_of
ORDER BY occurred_at, event_id
