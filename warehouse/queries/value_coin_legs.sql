-- From ledger.legs, `simple_trades`, `asset_values` and `split_values`: `coin_legs`, the legs of trades in one of the
-- trade's own coins, each with the value of all of that coin in the trade. `is_whole`: the leg is all of it.

CREATE OR REPLACE TEMP TABLE coin_legs AS
SELECT
    l.transaction_number, l.place, l.quantity, s.quantity AS coin_quantity, s.paid::DECIMAL(38, 8) AS coin_value,
    l.role = 'principal' AND s.postings = 1 AS is_whole,
    'trade for ' || getvariable('base_currency') AS source, false AS is_interpolated
FROM ledger.legs AS l
JOIN simple_trades AS s ON s.transaction_number = l.transaction_number AND s.coin = l.asset
UNION ALL
SELECT
    l.transaction_number, l.place, l.quantity, a.quantity,
    CASE WHEN a.side_coins = 1 THEN a.side_value ELSE v.value END,
    l.role = 'principal' AND a.postings = 1, a.source, a.is_interpolated
FROM ledger.legs AS l
JOIN asset_values AS a USING (transaction_number, asset)
LEFT JOIN split_values AS v USING (transaction_number, asset);
