"""Which coins of which accounts rest on a doubt."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from support.raw_book import instant
from warehouse.quality.spreading import ALWAYS, POOL, Carry, Move, Reach, Source, spread

EARLY = instant("2020-01-01")
GAP = Source("gap", "a", frozenset({"BTC"}), instant("2025-03-01"))


def _reached(*moves: Move, source: Source = GAP, pooled_until: datetime | None = None) -> dict[str, Reach]:
    found = spread(
        [source],
        held_since={"BTC": dict.fromkeys("abc", EARLY), "ETH": dict.fromkeys("ab", EARLY)},
        moves={"BTC": moves},
        pooled_until={} if pooled_until is None else {"BTC": pooled_until},
    )
    return {f"{reach.account} {reach.asset}": reach for reach in found}


def _move(day: str, from_account: str, to_account: str) -> Move:
    return Move(instant(day), from_account, to_account)


def test_doubt__of_one_coin_in_one_account__stays_there() -> None:
    assert _reached() == {"a BTC": Reach("gap", "a", "BTC", instant("2025-03-01"), None)}


def test_doubt__of_any_coin__is_of_every_coin_that_the_account_had() -> None:
    assert set(_reached(source=Source("gap", "a", None, None))) == {"a BTC", "a ETH"}


def test_doubt__before_coins_moved_on__goes_with_them_to_a_third_account_from_then_on() -> None:
    found = _reached(_move("2025-04-01", "a", "b"), _move("2025-06-01", "b", "c"))
    assert found["b BTC"] == Reach("gap", "b", "BTC", instant("2025-04-01"), "a")
    assert found["c BTC"] == Reach("gap", "c", "BTC", instant("2025-06-01"), "b")


def test_doubt__after_coins_moved_on__does_not_go_with_them() -> None:
    assert set(_reached(_move("2025-02-01", "a", "b"))) == {"a BTC"}


def test_doubt__moved_on_before_it_arrived__does_not_go_further() -> None:
    assert set(_reached(_move("2025-04-01", "a", "b"), _move("2025-03-20", "b", "c"))) == {"a BTC", "b BTC"}


def test_doubt__while_all_accounts_were_one_pool__reaches_them_all() -> None:
    found = _reached(pooled_until=instant("2025-03-02"))
    assert {name: reach.via for name, reach in found.items()} == {"a BTC": None, "b BTC": POOL, "c BTC": POOL}
    assert set(_reached(pooled_until=instant("2025-03-01"))) == {"a BTC"}
    assert set(_reached(pooled_until=ALWAYS)) == {"a BTC", "b BTC", "c BTC"}


def test_doubt__of_the_time_of_the_pool__does_not_reach_an_account_that_had_the_coin_only_later() -> None:
    source = Source("gap", "a", None, None)
    held_since = {"BTC": {"a": EARLY, "b": instant("2024-12-31"), "c": instant("2025-01-01")}}
    until = {"BTC": instant("2025-01-01")}
    found = spread([source], held_since=held_since, moves={}, pooled_until=until)
    assert [reach.account for reach in found] == ["a", "b"]


def test_doubt__of_a_coin_that_an_account_never_had__is_not_told_there() -> None:
    assert set(_reached(source=Source("gap", "z", frozenset({"BTC"}), None))) == set()


def _through_liquidity(
    *carries: Carry, pooled_until: dict[str, datetime] | None = None
) -> set[tuple[str, str, str, str | None]]:
    """BTC is in doubt in `a` from March; LP and ETH are held in `a` and `b`."""
    found = spread(
        [GAP],
        held_since={asset: dict.fromkeys("ab", EARLY) for asset in ("BTC", "LP", "ETH")},
        moves={"LP": [_move("2025-05-01", "a", "b")]},
        pooled_until=pooled_until or {},
        carries=carries,
    )
    return {(reach.account, reach.asset, f"{reach.start:%m-%d}", reach.via) for reach in found}


def test_doubt__of_lots_that_became_lots_of_another_coin__goes_over_and_on_with_it() -> None:
    into = Carry(instant("2025-04-01"), "a", "BTC", "LP")
    out_of = Carry(instant("2025-06-01"), "b", "LP", "ETH")
    assert _through_liquidity(into, out_of) == {
        ("a", "BTC", "03-01", None),
        ("a", "LP", "04-01", "BTC"),
        ("b", "LP", "05-01", "a"),
        ("b", "ETH", "06-01", "LP"),
    }


def test_doubt__of_lots_that_became_others_before_it_or_elsewhere__does_not_go_over() -> None:
    before, elsewhere = Carry(instant("2025-02-01"), "a", "BTC", "LP"), Carry(instant("2025-04-01"), "b", "BTC", "LP")
    assert _through_liquidity(before, elsewhere) == {("a", "BTC", "03-01", None)}


def test_doubt__that_went_over_while_all_accounts_were_one_pool__reaches_them_all() -> None:
    found = _through_liquidity(Carry(instant("2025-04-01"), "a", "BTC", "LP"), pooled_until={"LP": ALWAYS})
    assert found == {("a", "BTC", "03-01", None), ("a", "LP", "04-01", "BTC"), ("b", "LP", "04-01", POOL)}


_ACCOUNTS = st.sampled_from("abcde")
_DAYS = st.integers(0, 30).map(lambda day: instant("2025-01-01") + timedelta(days=day))


@given(
    moves=st.lists(st.builds(Move, _DAYS, _ACCOUNTS, _ACCOUNTS), max_size=12),
    starts=st.lists(st.tuples(_ACCOUNTS, _DAYS), min_size=1, max_size=4),
)
def test_spread__whatever_moved__is_what_repeating_the_rule_until_nothing_changes_gives(
    moves: list[Move], starts: list[tuple[str, datetime]]
) -> None:
    sources = [Source(str(number), account, None, start) for number, (account, start) in enumerate(starts)]
    expected: dict[tuple[str, str], datetime] = {}
    for source in sources:
        at = {source.account: source.start or instant("0001-01-01")}
        for _ in moves:
            for move in moves:
                if move.from_account in at and at[move.from_account] <= move.moved_at:
                    at[move.to_account] = min(at.get(move.to_account, move.moved_at), move.moved_at)
        expected |= {(source.doubt_id, account): start for account, start in at.items()}
    found = spread(sources, held_since={"BTC": dict.fromkeys("abcde", EARLY)}, moves={"BTC": moves}, pooled_until={})
    assert {(reach.doubt_id, reach.account): reach.start for reach in found} == expected
