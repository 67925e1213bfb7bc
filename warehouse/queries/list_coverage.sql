-- Every stream that an account offers, those that need a look first.
SELECT account, stream, outcome, covered_from, covered_to, gaps, is_complete, is_stale, last_success_at, last_error
FROM quality.coverage
WHERE outcome <> 'not_offered'
ORDER BY outcome = 'ok' AND is_complete AND NOT is_stale, account, stream
