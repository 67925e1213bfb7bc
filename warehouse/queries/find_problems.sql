-- From ledger.duplicates, quality.coverage, lots.events, lots.shortfalls, lots.methods, lots.identifications, quality.quarantine, ledger.overrides and
-- `unlisted_folders`: what stands between the books and a proven figure, in `found_problems`.

CREATE OR REPLACE TEMP TABLE found_problems AS
WITH from_events AS (
    SELECT
        CASE
            WHEN event = 'unexplained' AND kind IN ('deposit', 'withdrawal') THEN 'unpaired_deposit'
            WHEN event = 'unexplained' AND kind = 'rounding' THEN 'rounded_transfer'
            WHEN event = 'transfer' AND to_account = 'outside' AND kind IN ('deposit', 'withdrawal')
                THEN 'unpaired_withdrawal'
            WHEN event = 'transfer' AND kind = 'own' THEN NULL
            WHEN event = 'unexplained' OR (event = 'transfer' AND to_account = 'outside') THEN
                CASE kind WHEN 'margin' THEN 'margin_not_supported' WHEN 'one_sided' THEN 'one_sided_trade'
                    ELSE 'unknown_kind' END
            WHEN event = 'acquire' AND kind = 'gift' AND value_usd IS NULL THEN 'gift_without_basis'
        END AS problem,
        *
    FROM lots.events ANTI JOIN ledger.spam USING (asset)
), told AS (
    SELECT problem, event_id, account, asset, quantity, NULL::DECIMAL(38, 8) AS value_usd, occurred_at, transaction_id,
        CASE problem
            WHEN 'unpaired_deposit' THEN 'came in and no own account shows it leaving. Add the account or import it came '
                || 'from, or say what it was (lotkeeper resolve): until then these coins have no lot'
            WHEN 'unpaired_withdrawal' THEN 'left and no own account shows it arriving. Add the account it went to, or '
                || 'say what it was (lotkeeper resolve): until then its lots are kept outside, still owned'
            WHEN 'rounded_transfer' THEN 'came in beyond what left, because one side rounds its amounts: so much has no lot'
            WHEN 'margin_not_supported' THEN 'moved by a margin position. Margin is not supported: these coins are '
                || 'kept out of the gains'
            WHEN 'one_sided_trade' THEN 'is one side of a trade whose other side is not told: it has no cost and no '
                || 'proceeds'
            WHEN 'unknown_kind' THEN 'moved for a reason that is not understood. Say what it was (lotkeeper '
                || 'resolve)'
            WHEN 'gift_without_basis' THEN 'was a gift. Its cost is the giver''s: until that is known, so is no gain'
        END AS why
    FROM from_events WHERE problem IS NOT NULL
    UNION ALL
    SELECT 'missing_price', event_id, account, asset, quantity, NULL, occurred_at, transaction_id,
        'has no price on ' || strftime(timezone('UTC', occurred_at), '%Y-%m-%d') || ' nor in the three days before, and '
            || 'a cost or gain rests on it. '
            || coalesce(getvariable('silent_prices') || ' could not be asked at the last sync, and the next asks again', 'Add one to prices.csv')
    FROM lots.events ANTI JOIN ledger.spam USING (asset) WHERE needs_value AND value_usd IS NULL
    UNION ALL
    SELECT s.problem, s.event_id, s.account, s.asset, s.quantity, s.value_usd, s.occurred_at, e.transaction_id,
        CASE s.problem
            WHEN 'missing_basis' THEN 'found no lot to come from. Import the purchase or an opening lot: until then the '
                || 'gain is unproven'
            WHEN 'missing_lots' THEN CASE s.account
                WHEN 'outside' THEN 'came back from an own account and never left for one. Say where it was bought'
                ELSE 'moved without a lot. Import the purchase or an opening lot' END
            ELSE s.detail
        END
    FROM lots.shortfalls AS s LEFT JOIN lots.events AS e USING (event_id)
    WHERE s.problem <> 'unknown_value' AND s.asset NOT IN (SELECT asset FROM ledger.spam)
), aggregated AS (
    SELECT
        problem || ':' || coalesce(event_id, account || '/' || asset) AS problem_id, *,
        CASE WHEN quantity IS NULL THEN '' ELSE rtrim(rtrim(quantity::VARCHAR, '0'), '.') || ' ' END || asset || ' in '
            || account || ' ' || why AS detail
    FROM told
)
SELECT * EXCLUDE (why) FROM aggregated
UNION ALL BY NAME
SELECT 'unconfirmed_transfer:' || transfer_id AS problem_id, 'unconfirmed_transfer' AS problem, to_account AS account, asset,
    quantity, arrived_at AS occurred_at, transaction_id, transfer_id AS event_id,
    rtrim(rtrim(quantity::VARCHAR, '0'), '.') || ' ' || asset || ' in ' || to_account || ' seems to be what left '
        || from_account || ' on ' || strftime(timezone('UTC', left_at), '%Y-%m-%d') || ' (' || rule || ', confidence '
        || confidence || '). ' || CASE WHEN is_booked THEN 'Its lots moved along, and what rests on them is for review: '
        || 'confirm it, or say that it was something else' ELSE 'Until it is confirmed, both stay unpaired' END
        || CASE WHEN rule IN ('split', 'batch') THEN '. It is one of several parts: call each end own' ELSE '' END AS detail
FROM (SELECT *, regexp_replace(to_posting_id, '#[0-9]+$', '') AS transaction_id FROM ledger.transfers) WHERE NOT is_confirmed
UNION ALL BY NAME
SELECT 'told_value_far:' || posting_id AS problem_id, 'told_value_far' AS problem, account, asset, abs(quantity) AS quantity,
    occurred_at, transaction_id, posting_id AS event_id,
    rtrim(rtrim(abs(quantity)::VARCHAR, '0'), '.') || ' ' || asset || ' in ' || account || ' was worth '
        || abs(value_usd)::DECIMAL(38, 2) || ' by what was told with it, and ' || abs(market_value_usd)::DECIMAL(38, 2)
        || ' by market prices. The books take what was told: correct it in its source if it is wrong' AS detail
FROM ledger.postings
WHERE abs(value_usd - market_value_usd) > least(abs(value_usd), abs(market_value_usd))
UNION ALL BY NAME
SELECT 'told_twice:' || duplicate_id AS problem_id, 'told_twice' AS problem, account, asset, abs(quantity) AS quantity,
    occurred_at, transaction_id,
    (SELECT min_by(posting_id, place) FROM ledger.legs AS l WHERE l.asset = d.asset AND l.role = 'principal'
        AND l.transaction_id = CASE WHEN d.is_applied THEN d.kept_transaction_id ELSE d.transaction_id END) AS event_id,
    transaction_id || ' and ' || kept_transaction_id || ' seem to tell one event, ' || regexp_replace(moved, '\.?0+(, |$)', '\1', 'g')
        || ' (' || rule || ', confidence ' || confidence || coalesce(': ' || differs, '') || '). ' || CASE WHEN is_applied
        THEN 'Only the second is booked, and what rests on it is for review: confirm it, or say that these are two'
        ELSE 'Both are booked: say whether they are one' END AS detail
FROM ledger.duplicates AS d WHERE NOT is_confirmed
UNION ALL BY NAME
SELECT 'same_account:' || account || '=' || kept_account AS problem_id, 'same_account' AS problem, account,
    min(occurred_at) AS occurred_at,
    account || ' seems to tell of the account ' || kept_account || ': both tell ' || count(DISTINCT transaction_id)
        || CASE WHEN count(DISTINCT transaction_id) = 1 THEN ' event' ELSE ' events' END || ', of which '
        || count(DISTINCT transaction_id) FILTER (is_applied) || ' by the venue''s ids, booked once. If it does, add same_as = "'
        || kept_account || '" to the account ' || account || ' in lotkeeper.toml: its coins are then those of ' || kept_account
        || ' (of two keys of one account take one out). If it is another account, add differs_from = ["' || kept_account
        || '"]' AS detail
FROM ledger.duplicates WHERE account <> kept_account AND rule <> 'told'
GROUP BY account, kept_account
UNION ALL BY NAME
SELECT 'rejected_row:' || account || '/' || stream || '/' || id || coalesce(':' || asset, '') AS problem_id,
    'rejected_row' AS problem, coalesce(t.same_as, account) AS account, asset, occurred_at,
    account || '/' || stream || '/' || id AS transaction_id, 'a row of ' || stream || ' could not be booked: ' || reason AS detail
FROM (SELECT *, unnest(CASE WHEN len(assets) = 0 THEN [NULL] ELSE assets END) AS asset FROM quality.quarantine)
LEFT JOIN (SELECT DISTINCT account, same_as FROM quality.coverage WHERE same_as IS NOT NULL) AS t USING (account)
UNION ALL BY NAME
SELECT 'stale_override:' || o.override_id AS problem_id, 'stale_override' AS problem, coalesce(o.account, 'overrides.toml') AS account,
    o.asset, o.quantity, o.occurred_at, o.transaction_id, o.posting_id AS event_id,
    'line ' || o.line || ' of overrides.toml is not applied: ' || CASE WHEN o.state = 'applied'
        THEN 'what it gives a cost, value or date to made no lot and no disposal' ELSE o.detail END AS detail
FROM ledger.overrides AS o
LEFT JOIN lots.events AS e
    ON e.event_id = o.posting_id AND e.event IN ('acquire', 'dispose') AND e.carry_id IS NULL
WHERE o.state <> 'applied' OR (e.event_id IS NULL AND o.override = 'event' AND o.occurred_at <= getvariable('as_of')
    AND (o.value_usd IS NOT NULL OR o.acquired_at IS NOT NULL OR o.fair_value_usd IS NOT NULL))
UNION ALL BY NAME
SELECT 'balance_difference:' || account || '/' || asset AS problem_id, 'balance_difference' AS problem, account, asset,
    abs(difference) AS quantity, since_at AS occurred_at,
    CASE WHEN len(nearest_transaction_ids) > 0 THEN nearest_transaction_ids[1] END AS transaction_id,
    account || ' holds ' || rtrim(rtrim(venue_quantity::VARCHAR, '0'), '.') || ' ' || asset || ' by its own word, and '
        || rtrim(rtrim(computed_quantity::VARCHAR, '0'), '.') || ' by the books, '
        || CASE WHEN agreed_at IS NULL THEN 'at least since ' ELSE 'since between '
            || strftime(timezone('UTC', agreed_at), '%Y-%m-%d') || ' and ' END
        || strftime(timezone('UTC', since_at), '%Y-%m-%d') || '. '
        || CASE WHEN is_exact THEN 'What explains it: ' WHEN cause = 'unexplained' THEN '' ELSE 'Likeliest: ' END || detail
        || coalesce(array_to_string(list_transform(runners_up[:2], lambda words: '. Or: ' || words), ''), '') AS detail
FROM quality.balance_differences
WHERE cause <> 'dust' AND asset NOT IN (SELECT asset FROM ledger.postings WHERE is_cash)
UNION ALL BY NAME
SELECT 'raw_file:' || folder AS problem_id, 'raw_file' AS problem, folder AS account,
    'the raw folder ' || folder || ' belongs to no account of the configuration: nothing of it is in the books' AS detail
FROM unlisted_folders
UNION ALL BY NAME
SELECT 'lot_method_unrecorded:' || account AS problem_id, 'lot_method_unrecorded' AS problem, account, since AS occurred_at,
    account || ' is set to ' || wanted_method || ', but its lots go by ' || method || ': no standing order was recorded '
        || 'before the sales. `lotkeeper identify --account ' || account || ' --standing ' || wanted_method
        || '` records one for the sales after it; if a record stands elsewhere, say where with evidence' AS detail
FROM lots.methods WHERE is_current AND method <> wanted_method
UNION ALL BY NAME
SELECT 'identification_' || state || ':' || entry_number || '/' || lot_id AS problem_id, 'identification_' || state AS problem,
    account, asset, quantity, identified_at AS occurred_at, transaction_id,
    'entry ' || entry_number || ' of the identification journal was not used: ' || CASE state
        WHEN 'late' THEN 'it was made after the sale that it names (Reg. 1.1012-1(j)(2))'
        ELSE 'the broker was not told, as is needed from 2027 on (Reg. 1.1012-1(j)(3))' END AS detail
FROM lots.identifications WHERE state IN ('late', 'untold');
