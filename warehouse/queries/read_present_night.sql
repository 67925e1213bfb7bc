-- This build's own night: its instant in every row, with the sums of its candidates; NULLs where it has none.
SELECT
    n.as_of, h.account, h.asset, h.term, h.status, h.lot_count, h.unknown_count, h.quantity, h.unrealized_usd
FROM harvest.nights AS n
LEFT JOIN harvest.history AS h USING (night_date)
WHERE n.is_present
ORDER BY h.account, h.asset, h.term, h.status
