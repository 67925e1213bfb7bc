-- The five ids of the book that are nearest to `$id`: those that contain it first, then by how few letters differ.
SELECT id
FROM (
    SELECT DISTINCT transaction_id AS id FROM ledger.postings
    UNION SELECT transaction_id FROM ledger.duplicates
    UNION SELECT posting_id FROM ledger.postings
    UNION SELECT disposal_id FROM lots.disposals
    UNION SELECT problem_id FROM quality.problems WHERE problem_id IS NOT NULL
)
ORDER BY NOT contains(lower(id), lower($id)), levenshtein(id, $id), id
LIMIT 5
