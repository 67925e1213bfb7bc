-- From `coin_legs`, `leg_shares` and `market_values`: `leg_values`, the one value of each leg that has one.

CREATE OR REPLACE TEMP TABLE leg_values AS
SELECT transaction_number, place, coin_value AS value, source, is_interpolated FROM coin_legs WHERE is_whole
UNION ALL
SELECT s.transaction_number, s.place, s.value, s.source, s.is_interpolated FROM leg_shares AS s
UNION ALL
SELECT m.transaction_number, m.place, m.market_value, m.source, m.is_interpolated
FROM market_values AS m ANTI JOIN coin_legs USING (transaction_number, place);
