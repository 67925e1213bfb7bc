-- How well each stream that an account offers is known.
SELECT account, stream, gaps IS NOT NULL AS has_gaps, last_success_at, last_error
FROM quality.coverage
WHERE outcome <> 'not_offered'
ORDER BY account, stream
