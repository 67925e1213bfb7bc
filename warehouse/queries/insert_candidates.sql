-- From harvest.lot_values to harvest.candidates: what is under water, and what can not be known.
INSERT INTO harvest.candidates BY NAME
SELECT
    as_of, account, asset, lot_id, is_in_transit, acquired_at, quantity, cost_usd, unit_cost_usd, price_usd, price_at,
    source, value_usd, unrealized_usd, term, days_to_long_term, identified_quantity, sell_first_quantity,
    unrealized_first_usd, short_first_usd, reached_by, identify_command, deadline_at,
    sell_by_at, status, reasons, reachable_quantity, sell_price_usd, sell_price_source, unrealized_after_costs_usd
FROM harvest.lot_values
WHERE unrealized_usd < 0 OR unrealized_usd IS NULL
ORDER BY unrealized_usd NULLS LAST, account, asset, acquired_at, lot_id;
