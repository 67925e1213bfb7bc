-- How well each stream that an account offers is known; what selling would take says its own age.
SELECT account, stream, last_success_at, last_error
FROM quality.coverage
WHERE outcome <> 'not_offered' AND stream <> 'market_conditions'
ORDER BY account, stream
