-- From `movements`, `departures`, `withheld_values` and ledger.postings to lots.events. Income makes a lot at its value.
-- Coins that came or went without a known reason make no lot, or go outside; what the person calls their own comes back
-- from there.

CREATE OR REPLACE TEMP TABLE unvalued_kinds AS
SELECT 'gift_in' AS kind UNION ALL FROM leaving_kinds UNION ALL FROM decided_kinds;

INSERT INTO lots.events BY NAME
SELECT
    posting_id AS event_id, occurred_at, account, asset, movement AS event,
    CASE WHEN movement = 'acquire' THEN CASE kind WHEN 'gift_in' THEN 'gift' ELSE kind END
        WHEN kind IN (FROM income_kinds) THEN 'spend' ELSE kind END AS kind,
    abs(quantity) AS quantity,
    CASE WHEN kind IN (FROM unvalued_kinds) THEN NULL ELSE abs(value_usd) END AS value_usd,
    transaction_id,
    kind NOT IN (FROM unvalued_kinds) AS needs_value
FROM movements
WHERE movement IN ('acquire', 'dispose')
ORDER BY transaction_number, place;

-- Fees in the coin that leaves go with it; all other fees in coins are spent at their value (FACTS 1.8: a fee for
-- moving is not clearly a cost of anything, so it is a disposal).
CREATE OR REPLACE TEMP TABLE loose_fees AS
SELECT p.*, d.posting_id AS departure_id
FROM ledger.postings AS p
LEFT JOIN (
    SELECT transaction_number, asset, min(posting_id) AS posting_id FROM departures GROUP BY ALL
) AS d ON d.transaction_number = p.transaction_number AND d.asset = p.asset AND p.quantity < 0
WHERE p.kind NOT IN (FROM exchange_kinds) AND p.role = 'fee' AND NOT p.is_cash AND p.quantity <> 0
    AND p.posting_id NOT IN (SELECT posting_id FROM kept_back);

INSERT INTO lots.events BY NAME
SELECT
    posting_id AS event_id, occurred_at, account, asset,
    CASE WHEN quantity > 0 THEN 'acquire' ELSE 'dispose' END AS event, 'fee' AS kind, abs(quantity) AS quantity,
    abs(value_usd) AS value_usd, transaction_id, true AS needs_value
FROM loose_fees WHERE departure_id IS NULL
ORDER BY transaction_number, place;

CREATE OR REPLACE TEMP TABLE departing_fees AS
SELECT departure_id, -sum(quantity) AS quantity,
    CASE WHEN count(value_usd) = count(*) THEN -sum(value_usd) END AS value
FROM loose_fees WHERE departure_id IS NOT NULL GROUP BY departure_id;

INSERT INTO lots.events BY NAME
SELECT
    d.event_id, least(d.occurred_at, coalesce(d.arrived_at, d.occurred_at)) AS occurred_at, d.account,
    d.asset, 'transfer' AS event, d.kind, d.arriving_quantity AS quantity,
    CASE
        WHEN f.departure_id IS NULL AND NOT d.is_withheld THEN NULL
        WHEN f.departure_id IS NULL THEN w.value
        WHEN NOT d.is_withheld THEN f.value
        ELSE f.value + w.value
    END AS value_usd,
    coalesce(d.to_account, 'outside') AS to_account,
    coalesce(f.quantity, 0) + d.withheld_quantity AS fee_quantity,
    CASE WHEN d.arrived_at > d.occurred_at THEN d.arrived_at END AS arrived_at,
    d.transaction_id,
    f.departure_id IS NOT NULL OR d.is_withheld AS needs_value
FROM departures AS d
LEFT JOIN departing_fees AS f ON f.departure_id = d.posting_id AND d.is_first
LEFT JOIN withheld_values AS w ON w.event_id = d.event_id
ORDER BY d.transaction_number, d.place, d.event_id;

-- What arrived and no transfer brought; of an arrival that a source rounded up, what is more than left.
INSERT INTO lots.events BY NAME
SELECT m.posting_id AS event_id, m.occurred_at, m.account, m.asset, 'unexplained' AS event,
    CASE WHEN t.to_posting_id IS NULL THEN m.kind ELSE 'rounding' END AS kind,
    m.quantity - coalesce(t.quantity, 0) AS quantity,
    CASE WHEN t.to_posting_id IS NULL THEN m.value_usd END AS value_usd, m.transaction_id, false AS needs_value
FROM movements AS m
LEFT JOIN (
    SELECT to_posting_id, sum(quantity) AS quantity FROM ledger.transfers WHERE is_booked GROUP BY ALL
) AS t ON t.to_posting_id = m.posting_id
WHERE m.movement = 'arrival' AND m.kind <> 'own' AND m.quantity > coalesce(t.quantity, 0)
ORDER BY m.transaction_number, m.place;

-- What comes back from an own account that is not in the book was kept outside since it left.
INSERT INTO lots.events BY NAME
SELECT posting_id AS event_id, occurred_at, 'outside' AS account, asset, 'transfer' AS event, kind, quantity,
    account AS to_account, 0 AS fee_quantity, transaction_id, false AS needs_value
FROM movements WHERE movement = 'arrival' AND kind = 'own'
ORDER BY transaction_number, place;
