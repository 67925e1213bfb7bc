-- Which accounts ever had lots of each asset, and since when.
SELECT asset, account, min(first_at) AS first_at
FROM (
    SELECT asset, account, acquired_at AS first_at FROM lots.lots
    UNION ALL SELECT asset, to_account, moved_at FROM lots.lot_moves
    UNION ALL SELECT asset, account, occurred_at FROM lots.shortfalls
    UNION ALL SELECT asset, account, disposed_at FROM lots.disposals
)
GROUP BY asset, account
ORDER BY asset, account
