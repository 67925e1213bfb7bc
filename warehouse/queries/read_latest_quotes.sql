-- The latest price of everything that has one, money and coins, at or before an instant.
SELECT p.asset, p.price_usd
FROM market.prices AS p
WHERE p.at <= $as_of
QUALIFY row_number() OVER (PARTITION BY p.asset ORDER BY p.at DESC, p.is_interpolated, p.source) = 1
ORDER BY p.asset
