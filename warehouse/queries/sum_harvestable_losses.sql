-- The losses that could be realized, as positive amounts, by account and coin; what is not ready stands apart.
SELECT
    account,
    asset,
    count(*) AS lot_count,
    coalesce(-sum(unrealized_usd) FILTER (status = 'ready' AND term IS DISTINCT FROM 'long'), 0)::DECIMAL(38, 8) AS short_loss_usd,
    coalesce(-sum(unrealized_usd) FILTER (status = 'ready' AND term = 'long'), 0)::DECIMAL(38, 8) AS long_loss_usd,
    coalesce(-sum(unrealized_usd) FILTER (status = 'ready' AND sell_first_quantity = 0), 0)::DECIMAL(38, 8)
        AS next_loss_usd,
    coalesce(-sum(unrealized_usd) FILTER (status = 'review'), 0)::DECIMAL(38, 8) AS review_loss_usd,
    count(*) FILTER (status = 'blocked') AS blocked_count
FROM harvest.candidates
GROUP BY account, asset
ORDER BY short_loss_usd + long_loss_usd DESC, review_loss_usd DESC, account, asset
