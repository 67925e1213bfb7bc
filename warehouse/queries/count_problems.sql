-- How many open problems of each kind there are in each account, of each coin where they are about one.
SELECT account, asset, problem, count(*) AS problem_count
FROM quality.problems
WHERE problem <> 'balance_difference' -- the balances themselves tell it
GROUP BY account, asset, problem
ORDER BY account, asset, problem
