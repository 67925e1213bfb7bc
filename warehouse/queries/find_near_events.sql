-- From `open_fresh` and `open_known`: `near_fresh` and `near_known`, what may be the same all the same: of the same coins
-- within a day.

CREATE OR REPLACE TEMP TABLE near_fresh AS
FROM open_fresh WHERE moved <> '' AND transaction_id NOT IN (SELECT transaction_id FROM copies);

CREATE OR REPLACE TEMP TABLE near_known AS
FROM open_known SEMI JOIN (
    SELECT shape, second // 86_400 + unnest([-1, 0, 1]) AS day FROM near_fresh
) AS d ON d.shape = open_known.shape AND d.day = open_known.second // 86_400;
