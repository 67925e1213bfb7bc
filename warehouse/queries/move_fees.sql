-- From `moved_fees` (what each received coin of a swap bears of its fees) to `exchanges` and `exchange_assets`: what the
-- coin received bears raises its cost and no longer lowers what the coin given brought. NULL: the fee has no value.

UPDATE exchanges SET proceeds_value = proceeds_value + m.value
FROM (
    SELECT transaction_number, CASE WHEN count(value) = count(*) THEN sum(value) END AS value
    FROM moved_fees GROUP BY transaction_number
) AS m
WHERE exchanges.transaction_number = m.transaction_number;

UPDATE exchange_assets SET principal_value = principal_value + m.value
FROM moved_fees AS m
WHERE exchange_assets.transaction_number = m.transaction_number AND exchange_assets.asset = m.asset;
