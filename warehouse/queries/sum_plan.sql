-- The plan in a few figures; no row where none is made for the country.
SELECT
    line_count AS sales,
    counted_loss_usd,
    tax_saved_usd,
    carried_value_usd,
    cost_to_trade_usd,
    net_benefit_usd,
    left_out_lots,
    left_out_loss_usd
FROM harvest.plan_summary
