-- Every open lot with its figures, for planning.
SELECT
    account, asset, lot_id, is_in_transit, quantity, cost_usd, price_usd, unrealized_usd, term, long_from_date, method,
    identified_quantity, sell_first_quantity, deadline_at, status, reasons, acquired_at
FROM harvest.lot_values
ORDER BY account, asset, sell_first_quantity, is_in_transit, lot_id
