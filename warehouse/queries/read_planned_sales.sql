-- The plan's lines as the record of nights keeps them.
SELECT
    rank, account, asset, sell_quantity, price_usd, value_usd, sell_cost_usd, cost_to_trade_usd, short_loss_usd,
    long_loss_usd, tax_saved_usd, net_benefit_usd, deadline_at, method, identify_command, l.lots
FROM harvest.plan
JOIN (
    SELECT rank, list({'lot_id': lot_id, 'quantity': quantity, 'term': term} ORDER BY lot_id) AS lots
    FROM harvest.plan_lots GROUP BY rank
) AS l USING (rank)
ORDER BY rank
