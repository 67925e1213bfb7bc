-- Every open lot at the latest price, in the order in which its account would sell.
SELECT
    status, account, asset, lot_id, acquired_at, quantity, unit_cost_usd, price_usd, unrealized_usd, term,
    days_to_long_term, sell_first_quantity, unrealized_first_usd, short_first_usd, reached_by, identify_command,
    price_at, source, deadline_at, reasons, as_of, reachable_quantity, sell_price_usd, sell_price_source,
    unrealized_after_costs_usd, sell_by_at
FROM harvest.lot_values
ORDER BY account, asset, sell_first_quantity, acquired_at, lot_id
