-- The sales of one account and tax year, slice by slice, with the units that found no lot and the fees of each sale.
WITH fees AS (
    SELECT transaction_id, CASE WHEN count(value_usd) = count(*) THEN -sum(value_usd) END AS fees_usd
    FROM ledger.postings WHERE role = 'fee' GROUP BY transaction_id
), slices AS (
    SELECT
        d.disposal_id, d.event_id, d.transaction_id, d.asset, d.quantity, d.acquired_at, d.disposed_at, d.proceeds_usd,
        d.cost_usd, d.kind, d.term, l.account <> d.account AS was_moved_in
    FROM lots.disposals AS d JOIN lots.lots AS l USING (lot_id)
    WHERE d.account = $account AND d.tax_year = $tax_year AND d.is_taxable
    UNION ALL BY NAME
    SELECT
        s.event_id || '/missing' AS disposal_id, s.event_id, e.transaction_id, s.asset, s.quantity,
        s.occurred_at AS disposed_at, s.value_usd AS proceeds_usd, CASE e.event WHEN 'transfer' THEN 'transfer_fee'
            ELSE e.kind END AS kind, false AS was_moved_in
    FROM lots.shortfalls AS s JOIN lots.events AS e USING (event_id)
    WHERE s.problem = 'missing_basis' AND s.account = $account
      AND year(timezone($time_zone, s.occurred_at)) = $tax_year
      AND e.kind NOT IN ('gift_out', 'donation', 'lost', 'theft', 'carried')
), sold AS (
    SELECT transaction_id, count(DISTINCT event_id) AS sale_count
    FROM slices WHERE kind NOT IN ('fee', 'transfer_fee') GROUP BY transaction_id
)
SELECT
    s.* EXCLUDE (transaction_id),
    timezone($time_zone, s.acquired_at)::DATE AS acquired_date,
    timezone($time_zone, s.disposed_at)::DATE AS sold_date,
    timezone('UTC', s.disposed_at)::DATE AS utc_date,
    CASE
        WHEN s.kind IN ('fee', 'transfer_fee') THEN 0
        WHEN sold.sale_count = 1 THEN CASE WHEN f.transaction_id IS NULL THEN 0 ELSE f.fees_usd END
    END::DECIMAL(38, 8) AS event_fees_usd
FROM slices AS s
LEFT JOIN sold USING (transaction_id)
LEFT JOIN fees AS f USING (transaction_id)
ORDER BY s.disposed_at, s.disposal_id
