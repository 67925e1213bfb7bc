-- From ledger.postings and ledger.legs: the exchanges in which cost and age are kept (`carries`), to lots.events.
--
-- By the person's word (keep_basis), or by the variable `liquidity` where the source marks a token as standing for what went into a
-- pool or came out of it. Coins only: with money in it, it is a sale or a purchase. Gas and other fees are disposals of
-- their own; a fee in money changes no cost.

CREATE OR REPLACE TEMP TABLE carry_assets AS
SELECT
    p.transaction_number, p.asset, min(p.place) AS place, sum(p.quantity) AS quantity, bool_or(p.is_cash) AS is_cash,
    CASE WHEN count(p.value_usd) = count(*) THEN sum(p.value_usd) END AS value_usd,
    bool_or(p.kind = 'keep_basis') AS is_decided, bool_or(l.mark IS NOT DISTINCT FROM 'liquidity') AS is_marked
FROM ledger.postings AS p JOIN ledger.legs AS l USING (posting_id)
WHERE p.kind IN ('trade', 'keep_basis') AND p.role = 'principal'
    AND (p.kind = 'keep_basis' OR p.transaction_number IN (
        SELECT transaction_number FROM ledger.legs WHERE mark = 'liquidity' AND getvariable('liquidity') = 'keep_basis'
    ))
GROUP BY p.transaction_number, p.asset
HAVING sum(p.quantity) <> 0;

CREATE OR REPLACE TEMP TABLE carries AS
SELECT transaction_number, count(*) FILTER (quantity < 0) AS given_coins, count(*) FILTER (quantity > 0) AS brought_coins
FROM carry_assets
GROUP BY transaction_number
HAVING NOT bool_or(is_cash) AND bool_or(is_decided OR is_marked)
    AND count(*) FILTER (quantity < 0) > 0 AND count(*) FILTER (quantity > 0) > 0;

INSERT INTO lots.events BY NAME
SELECT
    h.transaction_id || '#' || a.place AS event_id, h.occurred_at, h.account, a.asset,
    CASE WHEN a.quantity > 0 THEN 'acquire' ELSE 'dispose' END AS event, 'carried' AS kind, abs(a.quantity) AS quantity,
    CASE WHEN CASE WHEN a.quantity > 0 THEN c.brought_coins ELSE c.given_coins END > 1 THEN abs(a.value_usd) END
        AS value_usd,
    h.transaction_id, CASE WHEN a.quantity > 0 THEN c.brought_coins ELSE c.given_coins END > 1 AS needs_value,
    h.transaction_id AS carry_id
FROM carry_assets AS a JOIN carries AS c USING (transaction_number)
JOIN (
    SELECT transaction_number, any_value(transaction_id) AS transaction_id, any_value(account) AS account,
        any_value(occurred_at) AS occurred_at
    FROM ledger.postings SEMI JOIN carries USING (transaction_number) GROUP BY transaction_number
) AS h USING (transaction_number)
ORDER BY a.transaction_number, a.place;

INSERT INTO lots.events BY NAME
SELECT
    posting_id AS event_id, occurred_at, account, asset, CASE WHEN quantity > 0 THEN 'acquire' ELSE 'dispose' END AS event,
    'fee' AS kind, abs(quantity) AS quantity, abs(value_usd) AS value_usd, transaction_id, true AS needs_value
FROM ledger.postings SEMI JOIN carries USING (transaction_number)
WHERE role = 'fee' AND NOT is_cash AND quantity <> 0
ORDER BY transaction_number, place;
