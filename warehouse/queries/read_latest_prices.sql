-- The latest price of each coin that is held, at or before an instant. Spam is worth nothing by its mark.
SELECT p.asset, p.at, p.price_usd, p.source, p.is_interpolated
FROM market.prices AS p
WHERE p.at <= $as_of AND p.asset IN (SELECT asset FROM lots.open_lots)
QUALIFY row_number() OVER (PARTITION BY p.asset ORDER BY p.at DESC, p.is_interpolated, p.source) = 1
UNION ALL BY NAME
SELECT asset, $as_of AS at, 0::DECIMAL(38, 18) AS price_usd, 'spam' AS source, false AS is_interpolated FROM ledger.spam
ORDER BY asset
