-- The problems that put other figures in doubt, with where and since when; a proposal of a transfer only where it moved
-- lots: what of it is in doubt then begins in the account it reached.
SELECT
    p.problem_id, p.problem, p.account, p.asset, p.quantity, p.occurred_at, p.detail,
    t.from_account, t.left_at, t.rule, d.is_applied
FROM quality.problems AS p
LEFT JOIN ledger.duplicates AS d ON p.problem_id = 'told_twice:' || d.duplicate_id
LEFT JOIN ledger.transfers AS t ON p.problem = 'unconfirmed_transfer' AND t.transfer_id = p.event_id
WHERE p.problem IN (
    'unpaired_deposit', 'unpaired_withdrawal', 'unknown_kind', 'one_sided_trade', 'rejected_row', 'told_twice',
    'same_account'
) OR (p.problem = 'unconfirmed_transfer' AND t.is_booked)
ORDER BY p.occurred_at, p.problem_id
