-- The coins of the harvest candidates.
SELECT DISTINCT asset FROM harvest.candidates ORDER BY asset
