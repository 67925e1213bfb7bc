-- What the lots of a coin in an account rest on that neither the state of its streams nor a problem found with that coin
-- in that account says: gaps, and what came with lots from another account.
SELECT
    account, asset,
    reason || CASE WHEN via IS NULL THEN '' WHEN via = 'every account' THEN ', when all accounts were one pool'
        ELSE ', and its lots came from ' || via || ' since' END AS reason
FROM quality.doubts
WHERE via IS NOT NULL OR (kind = 'gap' AND doubt_id NOT LIKE '%/failed' AND doubt_id NOT LIKE '%/stale')
ORDER BY account, asset, doubt_id
