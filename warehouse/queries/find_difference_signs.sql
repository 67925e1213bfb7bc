-- For each row of quality.balances that differs: what else the books know of that asset in that account.
WITH latest AS (
    SELECT asset, price_usd FROM market.prices QUALIFY row_number() OVER (PARTITION BY asset ORDER BY "at" DESC) = 1
), signs AS (
    SELECT
        account, asset, count(*) AS event_count,
        coalesce(sum(abs(quantity)) FILTER (kind = 'trade' AND role = 'principal'), 0)::DECIMAL(38, 18) AS turnover,
        count(*) FILTER (role = 'fee') > 0 AS has_fees,
        max(occurred_at) FILTER (kind IN ('reward', 'interest', 'airdrop', 'mining', 'income')) AS received_at,
        max_by(kind, occurred_at) FILTER (kind IN ('reward', 'interest', 'airdrop', 'mining', 'income')) AS received_kind
    FROM ledger.legs GROUP BY account, asset
), short AS (
    SELECT account, asset, sum(quantity)::DECIMAL(38, 18) AS missing, min(occurred_at) AS missing_since
    FROM lots.shortfalls WHERE problem IN ('missing_basis', 'missing_lots') GROUP BY account, asset
), rejected AS (
    SELECT b.account, b.asset, list(q.reason ORDER BY q.stream, q.id)[:3] AS rejected
    FROM quality.balances AS b
    JOIN quality.quarantine AS q ON q.account = b.account AND (len(q.assets) = 0 OR list_contains(q.assets, b.asset))
    WHERE b.difference <> 0 GROUP BY b.account, b.asset
), nearest AS (
    SELECT account, asset, list(transaction_id ORDER BY occurred_at DESC, transaction_id) AS transaction_ids FROM (
        SELECT DISTINCT l.account, l.asset, l.transaction_id, l.occurred_at
        FROM ledger.legs AS l JOIN quality.balances AS b USING (account, asset)
        JOIN difference_nights AS n USING (account, asset)
        WHERE b.difference <> 0 AND l.occurred_at <= n.since_at
        QUALIFY dense_rank() OVER (PARTITION BY account, asset ORDER BY l.occurred_at DESC, l.transaction_id) <= 3
    ) GROUP BY account, asset
)
SELECT
    b.account, b.asset, b.computed_quantity, b.venue_quantity, b.difference, b.checked_at,
    abs(b.difference)::DECIMAL(38, 18) AS units,
    CASE b.asset WHEN $base THEN 1 ELSE p.price_usd END::DECIMAL(38, 18) AS price_usd,
    coalesce(s.event_count, 0) > 0 AS has_events, coalesce(s.turnover, 0)::DECIMAL(38, 18) AS turnover,
    coalesce(s.has_fees, false) AS has_fees, s.received_at, s.received_kind, h.missing, h.missing_since,
    coalesce(r.rejected, []) AS rejected, coalesce(t.transaction_ids, []) AS nearest,
    n.agreed_at, n.since_at, n.nights, n.changed_nights
FROM quality.balances AS b
JOIN difference_nights AS n USING (account, asset)
LEFT JOIN signs AS s USING (account, asset)
LEFT JOIN short AS h USING (account, asset)
LEFT JOIN rejected AS r USING (account, asset)
LEFT JOIN nearest AS t USING (account, asset)
LEFT JOIN latest AS p ON p.asset = b.asset
WHERE b.difference <> 0
ORDER BY b.account, b.asset
