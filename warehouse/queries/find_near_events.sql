-- From `open_fresh` and `open_known`, of the variable `span` (seconds): `near_fresh` and `near_known`, what may be the same
-- all the same: of the same coins within about that time.

CREATE OR REPLACE TEMP TABLE near_fresh AS
FROM open_fresh WHERE moved <> '' AND transaction_id NOT IN (SELECT transaction_id FROM copies);

CREATE OR REPLACE TEMP TABLE near_known AS
FROM open_known SEMI JOIN (
    SELECT shape, second // getvariable('span') + unnest([-1, 0, 1]) AS bucket FROM near_fresh
) AS d ON d.shape = open_known.shape AND d.bucket = open_known.second // getvariable('span');

DELETE FROM near_fresh WHERE (shape, second // getvariable('span')) NOT IN (
    SELECT (shape, second // getvariable('span') + unnest([-1, 0, 1])) FROM near_known
);
