-- What was sold or swapped after a moment, one row each, with the lots it took and its fee where that is its alone.
WITH fees AS (
    SELECT transaction_id, -sum(value_usd) AS fee_usd, count(*) FILTER (value_usd IS NULL) AS unknown_count
    FROM ledger.postings
    WHERE role = 'fee'
    GROUP BY transaction_id
),
sold AS (
    SELECT
        event_id,
        transaction_id,
        account,
        asset,
        min(disposed_at) AS sold_at,
        sum(quantity) AS quantity,
        sum(proceeds_usd) AS proceeds_usd,
        count(*) FILTER (proceeds_usd IS NULL) AS unpriced_count,
        count(*) FILTER (gain_usd IS NULL OR term IS NULL) AS unproven_count,
        coalesce(sum(gain_usd) FILTER (term = 'short'), 0) AS short_gain_usd,
        coalesce(sum(gain_usd) FILTER (term = 'long'), 0) AS long_gain_usd,
        min(tax_year) AS tax_year,
        string_agg(DISTINCT method, ', ' ORDER BY method) AS method,
        list({'lot_id': lot_id, 'quantity': quantity} ORDER BY disposal_id) AS lots
    FROM lots.disposals
    WHERE kind IN ('sale', 'swap') AND disposed_at > $since AND disposed_at <= $as_of
    GROUP BY event_id, transaction_id, account, asset
)
SELECT
    event_id,
    account,
    asset,
    sold_at,
    quantity,
    CASE WHEN unpriced_count = 0 THEN proceeds_usd END AS proceeds_usd,
    CASE
        WHEN count(*) OVER (PARTITION BY transaction_id) > 1 OR coalesce(unknown_count, 0) > 0 THEN NULL
        ELSE coalesce(fee_usd, 0)
    END AS fee_usd,
    CASE WHEN unproven_count = 0 THEN short_gain_usd END AS short_gain_usd,
    CASE WHEN unproven_count = 0 THEN long_gain_usd END AS long_gain_usd,
    tax_year,
    method,
    lots
FROM sold
LEFT JOIN fees USING (transaction_id)
ORDER BY sold_at, event_id
