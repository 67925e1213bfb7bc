-- Prices as they were quoted, not those between two of them, for which the later one has to be known.
SELECT p.asset, p.at, p.price_usd FROM market.prices AS p WHERE NOT p.is_interpolated ORDER BY p.asset, p.at, p.source DESC
