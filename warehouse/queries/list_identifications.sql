-- The identification journal as of the build, in its order.
SELECT * FROM lots.identifications ORDER BY entry_number, lot_id
