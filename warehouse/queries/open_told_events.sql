-- From `told_events` and `copies`, of the variables `source`, `account` and `rank`: what that source tells (`fresh`) and what
-- better sources tell of that account (`known`); and of both what no rule has matched yet (`open_fresh`, `open_known`).

CREATE OR REPLACE TEMP TABLE fresh AS
FROM told_events
WHERE source = getvariable('source') AND transaction_id NOT IN (SELECT transaction_id FROM copies WHERE is_applied);

CREATE OR REPLACE TEMP TABLE known AS
FROM told_events
WHERE account = getvariable('account') AND rank < getvariable('rank')
    AND transaction_id NOT IN (SELECT transaction_id FROM copies WHERE is_applied);

CREATE OR REPLACE TEMP VIEW open_fresh AS
FROM fresh WHERE transaction_id NOT IN (SELECT transaction_id FROM copies WHERE is_applied);

CREATE OR REPLACE TEMP VIEW open_known AS
FROM known
WHERE transaction_id NOT IN (SELECT other_id FROM copies WHERE source = getvariable('source') AND is_applied);
