-- What brokers reported of the disposals of `special_disposals`, piece by piece.
SELECT
    disposal_id, quantity, net_proceeds_usd, cost_usd, reported_proceeds_usd, reported_cost_usd, is_basis_reported,
    reported_term, is_usable, line_id
FROM tax.form_1099da_match
WHERE line_id IS NOT NULL AND disposal_id IN (SELECT disposal_id FROM special_disposals)
ORDER BY disposal_id, match_id, place
