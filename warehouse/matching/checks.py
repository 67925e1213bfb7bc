"""What must hold of lots after every build: conservation, asserted on both sides.

Belongs here: the queries that select what breaks it. Does not belong here: making lots.
"""

from warehouse.steps import Check

_PIECES = """
SELECT lot_id, asset, quantity AS acquired, 0 AS used, cost_usd AS cost, 0 AS used_cost,
    cost_usd IS NOT NULL AS is_known, true AS is_by_cost
FROM lots.lots
UNION ALL SELECT lot_id, asset, 0, quantity, 0, cost_usd, cost_usd IS NOT NULL, true FROM lots.open_lots
UNION ALL SELECT lot_id, asset, 0, quantity, 0, cost_usd, cost_usd IS NOT NULL, cost_basis = 'cost' FROM lots.disposals
"""
"""Each lot as it was made, and each piece of it that was consumed or is open."""

LOT_CHECKS = (
    Check(
        name="open_lots_add_up_to_postings",
        table="lots.open_lots",
        description=(
            "For each account and asset: open lots + unexplained arrivals - what found no lot = the sum of postings. "
            "(Where all accounts are one pool: for each asset. From when accounts became pools on: with what the "
            "allocation could not fill, or had left over.)"
        ),
        query="""
            WITH pool AS (SELECT any_value(rule) AS rule, any_value(accounts_since) AS since FROM lots.pools), told AS (
                SELECT account, asset, quantity AS posted, 0 AS held, 0 AS unexplained, 0 AS missing, 0 AS allocated
                FROM ledger.postings WHERE NOT is_cash
                UNION ALL SELECT to_account, asset, quantity, 0, 0, 0, 0 FROM lots.events WHERE to_account = 'outside'
                UNION ALL SELECT account, asset, -quantity, 0, 0, 0, 0 FROM lots.events WHERE account = 'outside'
                UNION ALL SELECT account, asset, 0, quantity, 0, 0, 0 FROM lots.open_lots
                UNION ALL SELECT account, asset, 0, 0, quantity, 0, 0 FROM lots.events WHERE event = 'unexplained'
                UNION ALL SELECT account, asset, 0, 0, 0, quantity, 0 FROM lots.shortfalls, pool
                WHERE problem IN ('missing_basis', 'missing_lots') AND (rule <> 'account-from' OR since IS NULL
                    OR occurred_at >= since)
                UNION ALL SELECT e.to_account, e.asset, 0, 0, 0, -s.quantity, 0
                FROM lots.shortfalls AS s JOIN lots.events AS e USING (event_id), pool
                WHERE s.problem = 'missing_lots' AND (rule <> 'account-from' OR since IS NULL
                    OR s.occurred_at >= since)
                UNION ALL SELECT account, asset, 0, 0, 0, 0, CASE problem WHEN 'allocation_unmet' THEN quantity
                    ELSE -quantity END FROM lots.shortfalls
                WHERE problem IN ('allocation_unmet', 'allocation_excess', 'allocation_overdrawn')
            )
            SELECT
                CASE WHEN since IS NULL OR p.asset IS NOT NULL THEN 'every account' ELSE account END AS account, asset,
                sum(posted) AS postings, sum(held) AS open_lots, sum(unexplained) AS unexplained,
                sum(missing) AS missing, sum(allocated) AS allocated
            FROM told CROSS JOIN pool LEFT JOIN lots.share_pools AS p USING (asset)
            WHERE p.asset IS NULL OR account <> 'outside'
            GROUP BY 1, 2
            HAVING sum(held) + sum(unexplained) - sum(missing) + sum(allocated) <> sum(posted) ORDER BY ALL
        """,
        is_blocking=True,
    ),
    Check(
        name="each_lot_is_conserved",
        table="lots.lots",
        description=(
            "For each lot: what was consumed + what is open = what was acquired, in quantity and in cost (in cost not "
            "of a gift sold by its value on the day of the gift, nor where units cost the average of a pool)."
        ),
        query=f"""
            WITH pieces AS ({_PIECES}), averaging AS (
                SELECT count(*) AS accounts FROM lots.methods WHERE method = 'average'
            )
            SELECT lot_id, sum(acquired) AS acquired, sum(used) AS used, sum(cost) AS cost, sum(used_cost) AS used_cost
            FROM pieces CROSS JOIN averaging
            GROUP BY lot_id, accounts
            HAVING sum(acquired) <> sum(used) OR (
                accounts = 0 AND bool_and(is_by_cost)
                AND lot_id NOT IN (SELECT lot_id FROM lots.lots SEMI JOIN lots.share_pools USING (asset))
                AND (sum(cost) <> sum(used_cost) OR bool_and(is_known) <> bool_or(is_known))
            )
            ORDER BY lot_id
        """,
        is_blocking=True,
    ),
    Check(
        name="cost_of_each_asset_is_conserved",
        table="lots.lots",
        description="For each asset of which every cost is known: what was consumed + what is open cost what was paid.",
        query=f"""
            SELECT asset, sum(cost) AS cost, sum(used_cost) AS used_cost FROM ({_PIECES})
            GROUP BY asset HAVING bool_and(is_by_cost AND is_known) AND sum(cost) <> sum(used_cost) ORDER BY asset
        """,
        is_blocking=True,
    ),
    Check(
        name="carried_costs_are_conserved",
        table="lots.carried",
        description=("Where basis is kept: the cost of what each lot gave went along, and the new lots are what came."),
        query="""
            SELECT d.event_id, d.lot_id, d.cost_usd, sum(c.cost_usd) AS carried_usd
            FROM lots.disposals AS d LEFT JOIN lots.carried AS c ON c.event_id = d.event_id AND c.from_lot_id = d.lot_id
            WHERE d.kind = 'carried' AND NOT EXISTS (FROM lots.share_pools)
            GROUP BY d.disposal_id, d.event_id, d.lot_id, d.cost_usd
            HAVING count(c.lot_id) = 0 OR (count(c.cost_usd) = count(*) AND sum(c.cost_usd) <> d.cost_usd)
            UNION ALL
            SELECT e.event_id, NULL, e.quantity, sum(l.quantity)
            FROM lots.events AS e LEFT JOIN lots.lots AS l ON regexp_replace(l.lot_id, '/[0-9]+$', '') = e.event_id
            WHERE e.carry_id IS NOT NULL AND e.event = 'acquire'
            GROUP BY e.event_id, e.quantity HAVING sum(l.quantity) IS DISTINCT FROM e.quantity
            ORDER BY ALL
        """,
        is_blocking=True,
    ),
    Check(
        name="each_pool_is_conserved",
        table="lots.share_pools",
        description=(
            "Where the law keeps a pool for each asset: what its disposals may deduct + what the pool and the open "
            "lots hold = what was acquired, in quantity and in cost."
        ),
        query="""
            SELECT p.asset, p.acquired_quantity, used_quantity, p.quantity AS pool_quantity, open_quantity,
                p.acquired_cost_usd, used_cost_usd, p.cost_usd AS pool_cost_usd, open_cost_usd, disposed_cost_usd
            FROM lots.share_pools AS p
            LEFT JOIN (
                SELECT asset, sum(quantity) AS used_quantity, sum(cost_usd) AS used_cost_usd,
                FROM lots.share_matches GROUP BY asset
            ) AS m USING (asset)
            LEFT JOIN (
                SELECT asset, sum(quantity) AS open_quantity, sum(cost_usd) AS open_cost_usd
                FROM lots.open_lots GROUP BY asset
            ) AS o USING (asset)
            LEFT JOIN (
                SELECT asset, sum(cost_usd) AS disposed_cost_usd FROM lots.disposals GROUP BY asset
            ) AS d USING (asset)
            WHERE p.acquired_quantity <> coalesce(used_quantity, 0) + p.quantity
                OR coalesce(open_quantity, 0) <> p.quantity
                OR coalesce(open_cost_usd, 0) <> coalesce(p.cost_usd, 0)
                OR (p.acquired_cost_usd IS NOT NULL AND (
                    p.acquired_cost_usd <> coalesce(used_cost_usd, 0) + p.cost_usd
                    OR coalesce(used_cost_usd, 0) <> coalesce(disposed_cost_usd, 0)
                ))
            ORDER BY p.asset
        """,
        is_blocking=True,
    ),
    Check(
        name="slices_add_up_to_their_disposal",
        table="lots.disposals",
        description="A disposal's slices and what found no lot add up to its quantity, and to its proceeds.",
        query="""
            SELECT event_id, sum(told) AS told, sum(sliced) AS sliced, sum(value) AS value, sum(proceeds) AS proceeds
            FROM (
                SELECT event_id, CASE event WHEN 'dispose' THEN quantity ELSE fee_quantity END AS told, 0 AS sliced,
                    CASE WHEN carry_id IS NULL THEN value_usd END AS value, 0 AS proceeds, value IS NOT NULL AS is_known
                FROM lots.events
                WHERE event = 'dispose' OR fee_quantity > 0
                UNION ALL SELECT event_id, 0, quantity, 0, proceeds_usd, proceeds_usd IS NOT NULL FROM lots.disposals
                UNION ALL SELECT event_id, 0, quantity, 0, value_usd, value_usd IS NOT NULL FROM lots.shortfalls
                WHERE problem = 'missing_basis'
            ) GROUP BY event_id
            HAVING sum(told) <> sum(sliced) OR sum(value) <> sum(proceeds) OR bool_and(is_known) <> bool_or(is_known)
            ORDER BY event_id
        """,
        is_blocking=True,
    ),
    Check(
        name="disposal_ids_are_unique",
        table="lots.disposals",
        description="Every slice is there once.",
        query="SELECT disposal_id, count(*) AS times FROM lots.disposals GROUP BY disposal_id HAVING count(*) > 1",
        is_blocking=True,
    ),
    Check(
        name="open_lots_are_positive",
        table="lots.open_lots",
        description="No lot is negative, and each stands once in an account.",
        query="""
            SELECT lot_id, account, count(*) AS times, min(quantity) AS least FROM lots.open_lots
            GROUP BY lot_id, account, is_in_transit HAVING count(*) > 1 OR min(quantity) <= 0 ORDER BY ALL
        """,
        is_blocking=True,
    ),
    Check(
        name="nothing_stored_is_a_float",
        table="lots.disposals",
        description="No column of the books is a binary floating-point number.",
        query="""
            SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
            WHERE data_type IN ('FLOAT', 'DOUBLE', 'REAL') AND table_catalog = current_database()
                AND table_schema IN ('ledger', 'market', 'lots', 'tax', 'harvest', 'quality')
            ORDER BY ALL
        """,
        is_blocking=True,
    ),
)
