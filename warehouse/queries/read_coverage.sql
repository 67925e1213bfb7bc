-- How well each stream that an account offers is known.
SELECT account, stream, is_complete, last_success_at, last_error
FROM quality.coverage
ORDER BY account, stream
