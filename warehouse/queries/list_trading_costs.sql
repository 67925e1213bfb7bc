-- What selling each coin in each account would take.
SELECT * FROM harvest.trading_costs ORDER BY account, asset
