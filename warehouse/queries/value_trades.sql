-- From ledger.legs, `market_values` and `stablecoins`: `told_values`, what the source says that a transaction was worth
-- (where the person did not give a price of a coin in it), and of every trade that is not simple `trade_sides`, the value of what
-- it received and gave, and `asset_values`, the value of each coin in it. The order of evidence: money in the base currency, other money at its
-- rate, what the source says that it was worth, a stablecoin at its own market price, the price of what was received, the price of what was given.

CREATE OR REPLACE TEMP TABLE told_values AS
SELECT DISTINCT
    l.transaction_number,
    CASE WHEN l.worth_asset = getvariable('base_currency') THEN l.worth_quantity::DECIMAL(38, 8) ELSE m.market_value END
        AS value,
    'told with the transaction' || CASE WHEN l.worth_asset = getvariable('base_currency') THEN ''
        ELSE ' in ' || l.worth_asset || ', ' || m.source END AS source,
    coalesce(m.is_interpolated, false) AS is_interpolated
FROM ledger.legs AS l
LEFT JOIN market_values AS m ON m.transaction_number = l.transaction_number AND m.place = 0
WHERE (l.worth_asset = getvariable('base_currency') OR m.market_value IS NOT NULL)
    AND l.transaction_number NOT IN (
        SELECT transaction_number FROM ledger.legs AS p JOIN market_values AS o USING (transaction_number, place)
        WHERE p.role = 'principal' AND o.source IN ('prices.csv', 'overrides.toml')
    );

CREATE OR REPLACE TEMP TABLE trade_assets AS
SELECT
    l.transaction_number, l.asset, l.is_cash, l.asset IN (SELECT asset FROM stablecoins) AS is_stable,
    sum(l.quantity) AS quantity, count(*) AS postings,
    CASE
        WHEN l.asset = getvariable('base_currency') THEN sum(l.quantity)::DECIMAL(38, 8)
        WHEN count(m.market_value) = count(*) THEN sum(m.market_value)
    END AS value,
    any_value(m.source) AS source, coalesce(bool_or(m.is_interpolated), false) AS is_interpolated
FROM ledger.legs AS l
SEMI JOIN trade_kinds USING (kind)
ANTI JOIN simple_trades USING (transaction_number)
LEFT JOIN market_values AS m USING (transaction_number, place)
WHERE l.role = 'principal'
GROUP BY l.transaction_number, l.asset, l.is_cash;

CREATE OR REPLACE TEMP TABLE trades AS
SELECT
    transaction_number,
    count(*) FILTER (NOT is_cash AND quantity > 0) AS received_coins,
    count(*) FILTER (NOT is_cash AND quantity < 0) AS given_coins,
    bool_or(is_cash) AS has_cash,
    CASE WHEN count(*) FILTER (is_cash AND value IS NULL) = 0 THEN coalesce(sum(value) FILTER (is_cash), 0) END AS cash,
    CASE WHEN count(*) FILTER (NOT is_cash AND quantity > 0 AND value IS NULL) = 0
        THEN sum(value) FILTER (NOT is_cash AND quantity > 0) END AS received_market,
    CASE WHEN count(*) FILTER (NOT is_cash AND quantity < 0 AND value IS NULL) = 0
        THEN -sum(value) FILTER (NOT is_cash AND quantity < 0) END AS given_market,
    coalesce(bool_and(is_stable) FILTER (NOT is_cash AND quantity > 0), false) AS is_received_stable,
    coalesce(bool_and(is_stable) FILTER (NOT is_cash AND quantity < 0), false) AS is_given_stable,
    'trade for ' || string_agg(asset, '+' ORDER BY asset) FILTER (is_cash)
        || coalesce(', ' || min(source) FILTER (is_cash), '') AS cash_source,
    'trade for ' || string_agg(asset, '+' ORDER BY asset) FILTER (NOT is_cash AND quantity > 0)
        || coalesce(', ' || min(source) FILTER (NOT is_cash AND quantity > 0), '') AS received_source,
    'trade for ' || string_agg(asset, '+' ORDER BY asset) FILTER (NOT is_cash AND quantity < 0)
        || coalesce(', ' || min(source) FILTER (NOT is_cash AND quantity < 0), '') AS given_source,
    bool_or(is_interpolated) AS is_interpolated
FROM trade_assets
GROUP BY transaction_number;

CREATE OR REPLACE TEMP TABLE trade_evidence AS
SELECT
    t.* EXCLUDE (is_interpolated), w.value AS told_value, w.source AS told_source,
    CASE
        WHEN given_coins = 0 AND has_cash THEN 'cash'
        WHEN received_coins = 0 AND has_cash THEN 'cash'
        WHEN w.value IS NOT NULL AND NOT has_cash THEN 'told'
        WHEN given_coins = 0 THEN 'received'
        WHEN received_coins = 0 THEN 'given'
        WHEN is_received_stable AND received_market IS NOT NULL THEN 'received'
        WHEN is_given_stable AND given_market IS NOT NULL THEN 'given'
        WHEN received_market IS NOT NULL THEN 'received'
        WHEN given_market IS NOT NULL THEN 'given'
    END AS evidence,
    CASE WHEN w.value IS NOT NULL AND NOT has_cash THEN w.is_interpolated ELSE t.is_interpolated END AS is_interpolated
FROM trades AS t LEFT JOIN told_values AS w USING (transaction_number);

CREATE OR REPLACE TEMP TABLE trade_sides AS
SELECT
    transaction_number, received_coins, given_coins, has_cash, is_interpolated,
    CASE evidence WHEN 'cash' THEN -cash WHEN 'received' THEN received_market WHEN 'given' THEN given_market - cash
        WHEN 'told' THEN told_value END AS received_value,
    CASE evidence WHEN 'cash' THEN cash WHEN 'received' THEN received_market + cash WHEN 'given' THEN given_market
        WHEN 'told' THEN told_value END AS given_value,
    evidence,
    CASE evidence WHEN 'cash' THEN cash_source WHEN 'received' THEN received_source WHEN 'given' THEN given_source
        WHEN 'told' THEN told_source END AS source
FROM trade_evidence;

-- A side of one coin has the value of the side; what several coins share is worked out apart (`split_values`).
CREATE OR REPLACE TEMP TABLE asset_values AS
SELECT
    a.transaction_number, a.asset, a.quantity, a.postings, a.value AS market_value,
    CASE WHEN a.quantity > 0 THEN s.received_value ELSE -s.given_value END AS side_value,
    CASE WHEN a.quantity > 0 THEN s.received_coins ELSE s.given_coins END AS side_coins,
    CASE
        WHEN s.evidence = CASE WHEN a.quantity > 0 THEN 'received' ELSE 'given' END THEN a.source
        ELSE s.source
    END AS source,
    s.is_interpolated
FROM trade_assets AS a JOIN trade_sides AS s USING (transaction_number)
WHERE NOT a.is_cash AND a.quantity <> 0;
