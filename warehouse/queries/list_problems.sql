-- The open problems in words, one line for all that say the same.
SELECT
    problem,
    account,
    detail,
    count(*) AS problem_count,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at
FROM quality.problems
GROUP BY problem, account, detail
ORDER BY problem, account, problem_count DESC, detail
