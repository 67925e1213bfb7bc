-- The harvest candidates: ready ones first, the largest loss first within each status.
SELECT
    status, account, asset, lot_id, acquired_at, quantity, unit_cost_usd, price_usd, unrealized_usd, term,
    days_to_long_term, sell_first_quantity, unrealized_first_usd, short_first_usd, reached_by, identify_command,
    price_at, source, deadline_at, reasons, as_of, reachable_quantity, sell_price_usd, sell_price_source,
    unrealized_after_costs_usd, sell_by_at
FROM harvest.candidates
ORDER BY
    CASE status WHEN 'ready' THEN 1 WHEN 'review' THEN 2 ELSE 3 END,
    unrealized_usd NULLS LAST, account, asset, acquired_at, lot_id
