-- The tokens that stand for coins in a pool, by their source's mark, with the coins that went in or came out for them.
SELECT m.asset, list(DISTINCT o.asset ORDER BY o.asset) AS coins
FROM ledger.legs AS m
JOIN ledger.legs AS o
    ON o.transaction_number = m.transaction_number AND o.asset <> m.asset AND o.role = 'principal'
        AND (o.quantity > 0) <> (m.quantity > 0)
WHERE m.mark = 'liquidity'
GROUP BY m.asset
ORDER BY m.asset
