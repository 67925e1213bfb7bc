-- From ledger.legs, `market_values`, `asset_values` (completed by `split_values`) and `leg_shares` to ledger.postings.

INSERT INTO ledger.postings BY NAME
SELECT
    l.*,
    CASE
        WHEN l.asset = getvariable('base_currency') THEN l.quantity::DECIMAL(38, 8)
        WHEN v.transaction_number IS NULL THEN m.market_value
        WHEN l.role = 'principal' AND v.postings = 1 THEN v.value
        ELSE s.value
    END AS value_usd,
    CASE
        WHEN l.asset = getvariable('base_currency') THEN 'base'
        WHEN v.transaction_number IS NULL THEN m.source
        WHEN v.value IS NOT NULL THEN v.source
    END AS price_source,
    l.asset <> getvariable('base_currency')
        AND coalesce(CASE WHEN v.transaction_number IS NULL THEN m.is_interpolated
            ELSE v.value IS NOT NULL AND v.is_interpolated END, false) AS is_interpolated
FROM ledger.legs AS l
LEFT JOIN market_values AS m USING (transaction_number, place)
LEFT JOIN coin_values AS v USING (transaction_number, asset)
LEFT JOIN leg_shares AS s USING (transaction_number, place);
