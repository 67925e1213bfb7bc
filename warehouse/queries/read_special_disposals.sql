-- The disposals of `special_disposals`, with what of their lots the form needs.
SELECT
    d.disposal_id, d.transaction_id, d.tax_year, d.account, d.asset, d.quantity, d.proceeds_usd, d.cost_usd, d.term,
    l.origin = 'inheritance' AS is_inherited,
    timezone($time_zone, d.acquired_at)::DATE AS acquired_date,
    timezone($time_zone, d.disposed_at)::DATE AS sold_date
FROM lots.disposals AS d JOIN lots.lots AS l USING (lot_id)
WHERE d.disposal_id IN (SELECT disposal_id FROM special_disposals)
ORDER BY d.disposed_at, d.disposal_id
