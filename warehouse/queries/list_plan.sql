-- The planned sales in their order.
SELECT * FROM harvest.plan ORDER BY rank
