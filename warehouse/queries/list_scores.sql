-- Planned sales beside what came of them, the latest plan first.
SELECT * FROM harvest.scores ORDER BY planned_at DESC, rank, account, asset
