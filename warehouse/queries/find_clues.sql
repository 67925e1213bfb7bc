-- What may have to do with coins that found no lot; needs `found_problems` and `unlisted_folders`. Gaps are told apart.
WITH firsts AS (
    SELECT account, asset, arg_min(event, (occurred_at, event_id)) AS event, min(occurred_at) AS occurred_at,
        arg_min(transaction_id, (occurred_at, event_id)) AS transaction_id
    FROM (
        SELECT account, asset, event, occurred_at, event_id, transaction_id FROM lots.events
        UNION ALL
        SELECT to_account, asset, 'arrival', occurred_at, event_id, transaction_id FROM lots.events
        WHERE event = 'transfer'
    ) GROUP BY account, asset
), short AS (
    SELECT DISTINCT account, asset, quantity FROM lots.shortfalls WHERE problem IN ('missing_basis', 'missing_lots')
    UNION SELECT account, asset, sum(quantity) FROM lots.shortfalls
    WHERE problem IN ('missing_basis', 'missing_lots') GROUP BY account, asset
), idle AS (
    SELECT account, asset, sum(quantity)::DECIMAL(38, 18) AS quantity, min(occurred_at) AS occurred_at,
        any_value(transaction_id) AS transaction_id
    FROM ledger.postings WHERE NOT is_cash AND NOT is_spam
    GROUP BY account, asset HAVING count(*) FILTER (quantity < 0) = 0
)
SELECT problem AS kind, account, asset, quantity, occurred_at AS start_at, occurred_at AS end_at, transaction_id,
    CASE problem WHEN 'unpaired_deposit' THEN 'came into ' || account || ' on '
            || strftime(timezone('UTC', occurred_at), '%Y-%m-%d') || ' and has no lot until it is said what it was'
        ELSE 'left ' || account || ' on ' || strftime(timezone('UTC', occurred_at), '%Y-%m-%d')
            || ' and is told to arrive nowhere' END AS words
FROM found_problems WHERE problem IN ('unpaired_deposit', 'unpaired_withdrawal')
UNION ALL BY NAME
SELECT 'proposed_transfer' AS kind, to_account AS account, asset, quantity, arrived_at AS start_at, arrived_at AS end_at,
    regexp_replace(to_posting_id, '#[0-9]+$', '') AS transaction_id,
    'may have come from ' || from_account || ' on ' || strftime(timezone('UTC', arrived_at), '%Y-%m-%d')
        || ': a transfer that is proposed, and moves no lots until it is confirmed' AS words
FROM ledger.transfers WHERE NOT is_booked
UNION ALL BY NAME
SELECT 'rejected_row' AS kind, account, unnest(CASE WHEN len(assets) = 0 THEN [NULL] ELSE assets END) AS asset,
    occurred_at AS start_at, occurred_at AS end_at, account || '/' || stream || '/' || id AS transaction_id,
    'a row of ' || account || ' ' || stream || ' could not be booked: ' || reason AS words
FROM quality.quarantine
UNION ALL BY NAME
SELECT 'balance_difference' AS kind, account, asset, difference AS quantity, 'the venue holds more than the books' AS words
FROM quality.balance_differences WHERE difference > 0
UNION ALL BY NAME
SELECT 'unlisted_folder' AS kind, folder AS account,
    'raw holds a folder ' || folder || ' of an account that is not in the configuration' AS words
FROM unlisted_folders
UNION ALL BY NAME
SELECT 'begins_with_a_sale' AS kind, account, asset, occurred_at - INTERVAL 1 SECOND AS start_at, occurred_at AS end_at,
    transaction_id, 'the first that ' || account || ' tells of ' || asset || ' is that it left, on '
        || strftime(timezone('UTC', occurred_at), '%Y-%m-%d') || ': its history begins in the middle' AS words
FROM firsts WHERE event IN ('dispose', 'transfer')
UNION ALL BY NAME
SELECT 'renamed' AS kind, i.account, i.asset, i.quantity, i.occurred_at AS start_at, i.occurred_at AS end_at,
    i.transaction_id, 'as much is held as ' || i.asset || ', which never left: perhaps the same coin' AS words
FROM idle AS i SEMI JOIN short AS s ON s.account = i.account AND s.quantity = i.quantity AND s.asset <> i.asset
ORDER BY ALL
