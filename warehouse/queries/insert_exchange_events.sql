-- From `exchange_assets`, `exchanges` and `shared_values` (what several coins of one side share) to lots.events.

INSERT INTO lots.events BY NAME
SELECT
    e.transaction_id || '#' || a.place AS event_id, e.occurred_at, e.account, a.asset,
    CASE WHEN a.side = 'fee' AND a.net > 0 THEN 'acquire' WHEN a.side = 'received' THEN 'acquire' ELSE 'dispose' END AS event,
    CASE WHEN a.side = 'fee' THEN 'fee' WHEN a.side = 'received' THEN e.kind WHEN e.shape IN ('swap', 'spend') THEN e.shape
        ELSE 'sale' END AS kind,
    abs(a.net) AS quantity,
    CASE
        WHEN a.side = 'fee' THEN abs(a.principal_value + a.fee_value)
        WHEN a.side = 'received' AND e.shape = 'swap' THEN a.principal_value + a.fee_value
        WHEN a.side = 'received' AND e.received_coins = 1 THEN e.cost_value
        WHEN a.side = 'given' AND e.given_coins = 1 THEN e.proceeds_value
        ELSE s.value
    END AS value_usd,
    e.transaction_id, true AS needs_value
FROM exchange_assets AS a JOIN exchanges AS e USING (transaction_number)
LEFT JOIN shared_values AS s USING (transaction_number, asset)
WHERE a.side = 'fee' OR (a.side IN ('received', 'given') AND e.shape <> 'one_sided')
ORDER BY a.transaction_number, a.place;

-- A trade of which only one side is told: what came in has no cost, what went out has no proceeds.
INSERT INTO lots.events BY NAME
SELECT
    e.transaction_id || '#' || a.place AS event_id, e.occurred_at, e.account, a.asset,
    CASE a.side WHEN 'received' THEN 'unexplained' ELSE 'transfer' END AS event, 'one_sided' AS kind,
    abs(a.net) AS quantity,
    CASE a.side WHEN 'given' THEN 'outside' END AS to_account,
    CASE a.side WHEN 'given' THEN 0 END AS fee_quantity,
    e.transaction_id, false AS needs_value
FROM exchange_assets AS a JOIN exchanges AS e USING (transaction_number)
WHERE e.shape = 'one_sided' AND a.side IN ('received', 'given')
ORDER BY a.transaction_number, a.place;
