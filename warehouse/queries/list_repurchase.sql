-- From when each coin may be bought back.
SELECT * FROM harvest.repurchase ORDER BY asset
