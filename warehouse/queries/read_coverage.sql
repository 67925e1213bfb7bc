-- How well each stream that an account offers is known; what selling would take says its own age. What another source
-- tells of the account by the configuration is a stream of it.
SELECT coalesce(same_as, account) AS account, CASE WHEN same_as IS NULL THEN '' ELSE account || '/' END || stream AS stream,
    last_success_at, last_error
FROM quality.coverage
WHERE outcome <> 'not_offered' AND stream NOT IN ('gas_conditions', 'market_conditions')
ORDER BY account, stream
