-- From ledger.legs, ledger.spam, `leg_values`, `told_values` and `market_values` to ledger.postings. Spam is worth nothing by its mark. The base currency is its own value, to the eighth decimal.

INSERT INTO ledger.postings BY NAME
SELECT
    l.* EXCLUDE (mark, worth_asset, worth_quantity), s.asset IS NOT NULL AS is_spam,
    CASE WHEN s.asset IS NOT NULL THEN 0 WHEN l.asset = getvariable('base_currency') THEN l.quantity::DECIMAL(38, 8) ELSE v.value END AS value_usd,
    CASE
        WHEN s.asset IS NOT NULL THEN 'spam'
        WHEN l.asset = getvariable('base_currency') THEN 'base'
        WHEN v.value IS NOT NULL THEN v.source
    END AS price_source,
    v.value IS NOT NULL AND v.is_interpolated AS is_interpolated,
    CASE WHEN s.asset IS NULL AND v.source = t.source THEN m.market_value END AS market_value_usd
FROM ledger.legs AS l
LEFT JOIN leg_values AS v USING (transaction_number, place)
LEFT JOIN told_values AS t USING (transaction_number)
LEFT JOIN market_values AS m USING (transaction_number, place)
LEFT JOIN ledger.spam AS s ON s.asset = l.asset;
