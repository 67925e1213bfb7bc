-- From ledger.legs and market.prices: `simple_trades` (one coin for the base currency, which values it), and of all other
-- legs those that have a price of their own, in `priced_legs`. What a source says that a transaction was worth is a leg of
-- place 0 there, unless it is in the base currency.

CREATE OR REPLACE TEMP TABLE trade_kinds AS SELECT unnest(['trade', 'wrap', 'keep_basis']) AS kind;

CREATE OR REPLACE TEMP TABLE simple_trades AS
SELECT
    transaction_number,
    min(asset) FILTER (NOT is_cash) AS coin,
    sum(quantity) FILTER (NOT is_cash) AS quantity,
    count(*) FILTER (NOT is_cash) AS postings,
    -sum(quantity) FILTER (is_cash) AS paid
FROM ledger.legs SEMI JOIN trade_kinds USING (kind)
WHERE role = 'principal'
GROUP BY transaction_number
HAVING min(asset) FILTER (NOT is_cash) = max(asset) FILTER (NOT is_cash) AND sum(quantity) FILTER (NOT is_cash) <> 0
    AND bool_and(asset = getvariable('base_currency')) FILTER (is_cash);

CREATE OR REPLACE TEMP TABLE unpriced_legs AS
SELECT l.transaction_number, l.place, l.asset, l.quantity, l.occurred_at
FROM ledger.legs AS l
ANTI JOIN simple_trades AS s ON s.transaction_number = l.transaction_number AND s.coin = l.asset
WHERE l.asset <> getvariable('base_currency')
UNION ALL
SELECT DISTINCT transaction_number, 0, worth_asset, worth_quantity, occurred_at
FROM ledger.legs WHERE worth_asset <> getvariable('base_currency');

CREATE OR REPLACE TEMP TABLE needed_prices AS SELECT DISTINCT asset, occurred_at FROM unpriced_legs;

-- In order: a price of that very instant, the close of its hour, the close of its UTC day, the last close of three days.
CREATE OR REPLACE TEMP TABLE found_prices AS
SELECT
    n.asset, n.occurred_at,
    CASE
        WHEN i."at" IS NOT NULL THEN i.price_usd WHEN h."at" IS NOT NULL THEN h.price_usd
        WHEN d."at" IS NOT NULL THEN d.price_usd WHEN e."at" >= n.occurred_at - INTERVAL 3 DAY THEN e.price_usd
    END AS price_usd,
    CASE
        WHEN i."at" IS NOT NULL THEN i.source WHEN h."at" IS NOT NULL THEN h.source
        WHEN d."at" IS NOT NULL THEN d.source WHEN e."at" >= n.occurred_at - INTERVAL 3 DAY THEN e.source
    END AS source,
    coalesce(i.is_interpolated, h.is_interpolated, d.is_interpolated, true) AS is_interpolated
FROM needed_prices AS n
LEFT JOIN market.prices AS i ON i.asset = n.asset AND i."at" = n.occurred_at
LEFT JOIN market.prices AS h ON h.asset = n.asset AND h."at" = date_trunc('hour', n.occurred_at) + INTERVAL 1 HOUR
LEFT JOIN market.prices AS d ON d.asset = n.asset AND d."at" = date_trunc('day', n.occurred_at) + INTERVAL 1 DAY
ASOF LEFT JOIN market.prices AS e ON e.asset = n.asset AND e."at" <= n.occurred_at;

CREATE OR REPLACE TEMP TABLE priced_legs AS
SELECT u.transaction_number, u.place, u.quantity, f.price_usd, f.source, f.is_interpolated
FROM unpriced_legs AS u JOIN found_prices AS f USING (asset, occurred_at)
WHERE f.price_usd IS NOT NULL;
