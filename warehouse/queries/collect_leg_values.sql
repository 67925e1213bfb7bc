-- From ledger.legs, `coin_legs`, `leg_shares`, `told_values` and `market_values`: `leg_values`, the one value of each leg
-- that has one. What the source says that a transaction was worth is of the one coin that moved in it.

CREATE OR REPLACE TEMP TABLE told_legs AS
SELECT l.transaction_number, l.place, CASE WHEN l.quantity < 0 THEN -w.value ELSE w.value END AS value, w.source,
    w.is_interpolated
FROM ledger.legs AS l
JOIN told_values AS w USING (transaction_number)
ANTI JOIN trade_kinds USING (kind)
WHERE l.role = 'principal' AND NOT l.is_cash
QUALIFY count(*) OVER (PARTITION BY l.transaction_number) = 1;

CREATE OR REPLACE TEMP TABLE leg_values AS
SELECT transaction_number, place, coin_value AS value, source, is_interpolated FROM coin_legs WHERE is_whole
UNION ALL
SELECT s.transaction_number, s.place, s.value, s.source, s.is_interpolated FROM leg_shares AS s
UNION ALL
FROM told_legs
UNION ALL
SELECT m.transaction_number, m.place, m.market_value, m.source, m.is_interpolated
FROM market_values AS m
ANTI JOIN coin_legs USING (transaction_number, place)
ANTI JOIN told_legs USING (transaction_number, place);
