-- How many open problems of each kind there are of each coin in each account.
SELECT account, asset, problem, count(*) AS problem_count
FROM quality.problems
GROUP BY ALL
ORDER BY ALL
