-- From ledger.postings without `carries`: the exchanges (trade, wrap, spend), asset by asset in `exchange_assets` and as a whole in
-- `exchanges`, with what they cost or brought.
--
-- Fees (Reg. 1.1001-7(b)(2), 1.1012-1(h)(2)): on a purchase for money they join the cost; on everything given up they
-- reduce the proceeds, wholly. A fee withheld from the received coin leaves the net of it, and in a swap proceeds and
-- cost are the net's value. A fee in the given coin is given too, for nothing more. A fee in a third coin disposes of
-- that coin at its value. `paid_fees` is all that was not withheld from what came in. What is spent brings its own value, for want of a better one (Reg. 1.1001-7(b)(4)).

CREATE OR REPLACE TEMP TABLE exchange_assets AS
WITH sums AS (
    SELECT
        transaction_number, asset, is_cash,
        coalesce(min(place) FILTER (role = 'principal'), min(place)) AS place,
        coalesce(sum(quantity) FILTER (role = 'principal'), 0) AS principal,
        sum(quantity) AS net,
        CASE WHEN count(value_usd) FILTER (role = 'principal') = count(*) FILTER (role = 'principal')
            THEN coalesce(sum(value_usd) FILTER (role = 'principal'), 0) END AS principal_value,
        CASE WHEN count(value_usd) FILTER (role = 'fee') = count(*) FILTER (role = 'fee')
            THEN coalesce(sum(value_usd) FILTER (role = 'fee'), 0) END AS fee_value,
        bool_or(role = 'principal') AS has_principal
    FROM ledger.postings SEMI JOIN exchange_kinds USING (kind) ANTI JOIN carries USING (transaction_number)
    GROUP BY transaction_number, asset, is_cash
)
SELECT
    *,
    CASE
        WHEN is_cash THEN 'cash'
        WHEN principal > 0 AND net > 0 THEN 'received'
        WHEN principal < 0 AND net < 0 THEN 'given'
        WHEN net <> 0 THEN 'fee'
        ELSE 'nothing'
    END AS side
FROM sums;

CREATE OR REPLACE TEMP TABLE exchange_heads AS
SELECT transaction_number, any_value(transaction_id) AS transaction_id, any_value(account) AS account,
    any_value(kind) AS kind, any_value(occurred_at) AS occurred_at
FROM ledger.postings SEMI JOIN exchange_kinds USING (kind) ANTI JOIN carries USING (transaction_number)
GROUP BY transaction_number;

CREATE OR REPLACE TEMP TABLE exchanges AS
WITH sums AS (
    SELECT
        transaction_number,
        count(*) FILTER (side = 'received') AS received_coins,
        count(*) FILTER (side = 'given') AS given_coins,
        bool_or(is_cash AND has_principal AND principal >= 0) AS is_paid,
        bool_or(is_cash AND has_principal AND principal <= 0) AS is_paying,
        CASE WHEN count(*) FILTER (is_cash AND principal_value IS NULL) = 0
            THEN coalesce(sum(principal_value) FILTER (is_cash), 0) END AS cash,
        CASE WHEN count(*) FILTER (side IN ('cash', 'fee') AND fee_value IS NULL) = 0
            THEN coalesce(sum(fee_value) FILTER (side IN ('cash', 'fee')), 0) END AS fees,
        CASE WHEN count(*) FILTER (side IN ('cash', 'fee', 'given') AND fee_value IS NULL) = 0
            THEN coalesce(sum(-fee_value) FILTER (side IN ('cash', 'fee', 'given')), 0) END AS paid_fees,
        CASE WHEN count(*) FILTER (side = 'received' AND (principal_value IS NULL OR fee_value IS NULL)) = 0
            THEN coalesce(sum(principal_value + fee_value) FILTER (side = 'received'), 0) END AS received_value,
        CASE WHEN count(*) FILTER (side = 'given' AND principal_value IS NULL) = 0
            THEN coalesce(sum(-principal_value) FILTER (side = 'given'), 0) END AS given_value
    FROM exchange_assets
    GROUP BY transaction_number
)
SELECT
    h.*, s.received_coins, s.given_coins, s.paid_fees,
    CASE
        WHEN h.kind = 'spend' THEN CASE WHEN s.given_coins > 0 AND s.received_coins = 0 THEN 'spend' ELSE 'one_sided' END
        WHEN s.received_coins > 0 AND s.given_coins > 0 THEN 'swap'
        WHEN s.received_coins > 0 AND s.is_paying THEN 'purchase'
        WHEN s.given_coins > 0 AND s.is_paid THEN 'sale'
        WHEN s.received_coins = 0 AND s.given_coins = 0 THEN 'money'
        ELSE 'one_sided'
    END AS shape,
    -s.cash - s.fees AS cost_value,
    CASE h.kind WHEN 'spend' THEN s.given_value + s.fees ELSE s.received_value + s.cash + s.fees END AS proceeds_value
FROM exchange_heads AS h JOIN sums AS s USING (transaction_number);
