-- From `found_problems`, `stakes`, quality.causes and quality.balance_differences to quality.problems: with the money at
-- stake, and of coins that found no lot since when and the likeliest cause.
INSERT INTO quality.problems BY NAME
WITH stake AS (
    FROM stakes QUALIFY row_number() OVER (PARTITION BY problem_id) = 1
), ran_out AS (
    SELECT problem || ':' || event_id AS problem_id, min(occurred_at) OVER (PARTITION BY account, asset) AS since_at
    FROM lots.shortfalls WHERE problem IN ('missing_basis', 'missing_lots')
), twice AS (
    SELECT account, sum(stake) AS stake FROM found_problems JOIN stake USING (problem_id)
    WHERE problem = 'told_twice' GROUP BY account
), cause AS (
    SELECT
        problem_id, min_by(cause, place) AS likely_cause,
        '. Likeliest: ' || string_agg(detail, '. Or: ' ORDER BY place) AS causes
    FROM quality.causes WHERE place <= 3 GROUP BY problem_id
)
SELECT
    f.* REPLACE (
        f.detail
            || CASE WHEN r.since_at < f.occurred_at THEN '. Lots of it ran out first on '
                || strftime(timezone('UTC', r.since_at), '%Y-%m-%d') ELSE '' END
            || coalesce(c.causes, '') AS detail
    ),
    r.since_at, c.likely_cause,
    CASE f.problem WHEN 'missing_basis' THEN abs(f.value_usd) WHEN 'balance_difference' THEN b.value_usd
        WHEN 'same_account' THEN t.stake
        ELSE s.stake END AS stake_usd
FROM found_problems AS f
LEFT JOIN stake AS s USING (problem_id)
LEFT JOIN twice AS t ON t.account = f.account
LEFT JOIN ran_out AS r USING (problem_id)
LEFT JOIN cause AS c USING (problem_id)
LEFT JOIN quality.balance_differences AS b
    ON f.problem = 'balance_difference' AND b.account = f.account AND b.asset = f.asset
ORDER BY f.occurred_at, f.problem_id
