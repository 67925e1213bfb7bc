-- The harvest candidates in a few figures; losses as positive amounts.
SELECT
    coalesce(-sum(unrealized_usd) FILTER (status = 'ready' AND term = 'short'), 0)::DECIMAL(38, 8)
        AS ready_short_loss_usd,
    coalesce(-sum(unrealized_usd) FILTER (status = 'ready' AND term = 'long'), 0)::DECIMAL(38, 8)
        AS ready_long_loss_usd,
    coalesce(-sum(unrealized_usd) FILTER (status = 'ready' AND sell_first_quantity = 0), 0)::DECIMAL(38, 8)
        AS next_in_line_loss_usd,
    coalesce(-sum(unrealized_usd) FILTER (status = 'review'), 0)::DECIMAL(38, 8) AS review_loss_usd,
    count(*) FILTER (status = 'blocked') AS blocked_lots
FROM harvest.candidates
