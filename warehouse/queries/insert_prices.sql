-- From `raw_prices` (a view of the raw files), `own_prices` (the user's), `asset_aliases` and ledger.overrides to
-- market.prices. A price decided for an instant wins over every other of that instant. On a UTC day for which the user
-- gives a price of an asset, no fetched one counts. A fetched price of zero is no price. Prices are cut to 18 decimals here: they are measured, not counted.

INSERT INTO market.prices BY NAME
WITH decided AS (
    SELECT asset, occurred_at AS "at", price_usd, 'overrides.toml' AS source, false AS is_interpolated
    FROM ledger.overrides WHERE override = 'price' AND occurred_at <= getvariable('as_of')
), own AS (
    SELECT coalesce(a.asset, p.asset) AS asset, p."at", p.price_usd::DECIMAL(38, 18) AS price_usd, p.source, p.is_interpolated
    FROM own_prices AS p LEFT JOIN asset_aliases AS a ON a.written = p.asset
    WHERE p."at" <= getvariable('as_of')
), own_days AS (
    SELECT DISTINCT asset, date_trunc('day', "at" - INTERVAL 1 MICROSECOND) AS day FROM own
), fetched AS (
    SELECT
        coalesce(a.asset, p.asset) AS asset, p."at", TRY_CAST(p.price_usd AS DECIMAL(38, 18)) AS price_usd, p.source,
        p.is_interpolated,
        row_number() OVER (
            PARTITION BY coalesce(a.asset, p.asset), p."at"
            ORDER BY p.is_interpolated, p.fetched_at DESC, p.source, p.price_usd
        ) AS choice
    FROM raw_prices AS p LEFT JOIN asset_aliases AS a ON a.written = p.asset
    WHERE TRY_CAST(p.price_usd AS DECIMAL(38, 18)) > 0 AND p."at" <= getvariable('as_of')
)
FROM decided
UNION ALL
SELECT asset, "at", price_usd, source, is_interpolated FROM own ANTI JOIN decided USING (asset, "at")
UNION ALL
SELECT f.asset, f."at", f.price_usd, f.source, f.is_interpolated
FROM fetched AS f ANTI JOIN decided USING (asset, "at")
ANTI JOIN own_days AS o ON o.asset = f.asset AND o.day = date_trunc('day', f."at" - INTERVAL 1 MICROSECOND)
WHERE f.choice = 1
ORDER BY asset, "at";
