-- For each row of quality.balances that differs: movements that may make up the difference, nearest to the moment of
-- asking first. `change` is what the books would have more. Needs `pending_legs` (account, asset, quantity, occurred_at,
-- transaction_id).
WITH differing AS (
    SELECT account, asset, difference, checked_at FROM quality.balances WHERE difference <> 0
), unpaired AS (
    SELECT account, asset, occurred_at, transaction_id,
        CASE event WHEN 'transfer' THEN quantity ELSE -quantity END AS change
    FROM lots.events
    WHERE kind IN ('deposit', 'withdrawal')
        AND (event = 'unexplained' OR (event = 'transfer' AND to_account = 'outside'))
), told AS (
    SELECT account, asset, transaction_id, any_value(kind) AS kind, any_value(occurred_at) AS occurred_at,
        sum(quantity) AS moved
    FROM ledger.legs GROUP BY account, asset, transaction_id
), found AS (
    SELECT d.account, d.asset, 'pending' AS cause, p.quantity AS change, p.occurred_at, p.transaction_id,
        'is pending since ' || strftime(timezone('UTC', p.occurred_at), '%Y-%m-%d') || ' and not booked' AS what, 0 AS place
    FROM differing AS d JOIN pending_legs AS p USING (account, asset)
    UNION ALL
    SELECT d.account, d.asset, 'unpaired_leg', u.change, u.occurred_at, u.transaction_id,
        CASE WHEN u.change > 0 THEN 'left ' || u.account || ' on ' ELSE 'came into ' || u.account || ' on ' END
            || strftime(timezone('UTC', u.occurred_at), '%Y-%m-%d')
            || CASE WHEN u.change > 0 THEN ', and its arrival is not told' ELSE ', and its departure is not told' END, 1
    FROM differing AS d JOIN unpaired AS u ON u.asset = d.asset AND u.account <> d.account
        AND u.occurred_at <= d.checked_at
    UNION ALL
    SELECT d.account, d.asset, 'told_twice', -t.moved, t.occurred_at, t.transaction_id,
        'by the ' || t.kind || ' of ' || strftime(timezone('UTC', t.occurred_at), '%Y-%m-%d')
            || ', which may be told twice, or may not have happened', 3
    FROM differing AS d JOIN told AS t ON t.account = d.account AND t.asset = d.asset AND t.moved = -d.difference
        AND t.occurred_at <= d.checked_at
    UNION ALL
    SELECT d.account, d.asset, 'renamed', d.difference, d.checked_at, 'balance:' || o.asset,
        'is told as ' || o.asset || ', of which the books differ by as much the other way', 2
    FROM differing AS d JOIN differing AS o
        ON o.account = d.account AND o.asset <> d.asset AND o.difference = -d.difference
)
SELECT account, asset, cause, change::DECIMAL(38, 18) AS change, occurred_at, transaction_id, what
FROM found
QUALIFY row_number() OVER (
    PARTITION BY account, asset ORDER BY abs(change) <> abs((
        SELECT any_value(difference) FROM differing AS d WHERE d.account = found.account AND d.asset = found.asset
    )), place, occurred_at DESC, transaction_id
) <= 24
ORDER BY account, asset, place, occurred_at DESC, transaction_id
