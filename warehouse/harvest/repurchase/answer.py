"""Whether and when a coin that is sold at a loss today may be bought back without undoing the loss. Pure.

Belongs here: putting the law, the own history and the person's own delay together, in words. Does not belong here: the
laws (`law.py`), rhythms (`rhythm.py`), tables.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from warehouse.harvest.repurchase.law import ETF_OF, FORMS_OF, WASH_SALE, Window
from warehouse.harvest.repurchase.rhythm import find_rhythm

_BY_ITSELF = {"trade": "purchases", "reward": "rewards", "mining": "mined coins", "interest": "interest"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units that came in as a new lot: in which account, as what (`origin` of `lots.lots`), on the taxpayer's date."""

    account: str
    asset: str
    origin: str
    day: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Delay:
    """The least number of days that the person wants to stay out, and why."""

    days: int
    reason: str


def repurchase(
    asset: str,
    *,
    same_as: Sequence[str],
    window: Window | None,
    arrivals: Iterable[Arrival],
    held: Iterable[str],
    delay: Delay,
    today: date,
) -> dict[str, Any]:
    """The answer for a sale on `today`. `arrivals` are of `asset` and of `same_as`; `held` are all assets held.

    The person's own delay holds whether or not a law is written here.
    """
    arrivals = list(arrivals)
    shadow_until = today + timedelta(days=WASH_SALE.days_after)
    harmless = None if window is None else today + timedelta(days=window.days_after + 1 if window.days_after else 0)
    own = today + timedelta(days=delay.days) if delay.days else None
    reentry = max((day for day in (harmless, own) if day is not None), default=None)
    days_before = max(WASH_SALE.days_before, 0 if window is None else window.days_before)
    before = [one for one in arrivals if today - timedelta(days=days_before) <= one.day <= today]
    upcoming = _rhythms(arrivals, today, shadow_until)
    return {
        "asset": asset,
        "same_as": list(same_as),
        "law": None if window is None else window.words,
        "is_allowed_at_once": None if window is None else window.days_after == 0,
        "harmless_from_date": harmless,
        "shadow_from_date": shadow_until + timedelta(days=1),
        "reentry_from_date": reentry,
        "reentry_reason": delay.reason if delay.days and reentry != harmless else None,
        "bought_before_quantity": sum((one.quantity for one in before), Decimal(0)),
        "upcoming_count": sum(count for count, _ in upcoming),
        "upcoming": [words for _, words in upcoming],
        "warnings": _warnings(asset, same_as, held, window),
    }


def _rhythms(arrivals: Sequence[Arrival], today: date, until: date) -> list[tuple[int, str]]:
    streams: dict[tuple[str, str, str], list[date]] = {}
    for one in arrivals:
        streams.setdefault((one.account, one.asset, one.origin), []).append(one.day)
    found = []
    for (account, asset, origin), days in sorted(streams.items()):
        rhythm = find_rhythm(days, today=today)
        expected = rhythm.upcoming(today, until) if rhythm else []
        if rhythm and expected:
            every = "every day" if rhythm.every_days == 1 else f"about every {rhythm.every_days} days"
            what = _BY_ITSELF.get(origin, origin)
            more = "1 more is" if len(expected) == 1 else f"{len(expected)} more are"
            words = f"{what} of {asset} in {account} came {every}: {more} to be expected until {until}"
            found.append((len(expected), f"{words}, the next about {expected[0]}"))
    return found


def _coin_of(asset: str) -> str:
    """The coin that an asset is a staked or bridged form of; itself where it is none."""
    return next((coin for coin, forms in FORMS_OF.items() if asset.upper() in forms), asset)


def _warnings(asset: str, same_as: Sequence[str], held: Iterable[str], window: Window | None) -> list[str]:
    warnings = []
    if window is None:
        warnings.append("no rule on buying back is written here for this country: ask before you do")
    likes = {one for one in held if one not in {asset, *same_as} and _coin_of(one) == _coin_of(asset)}
    if likes:
        warnings.append(
            f"{', '.join(sorted(likes))} is much like {asset}, staked or bridged, and held too: whether that is the "
            "same, nobody has ruled (wash_sale.groups in the configuration takes them for one)"
        )
    funds = sorted(one for one in held if ETF_OF.get(one) in {asset, *same_as})
    if funds:
        warnings.append(f"{', '.join(funds)} holds {asset}: whether a fund is the same as its coin, nobody has ruled")
    coin = ETF_OF.get(asset)
    if coin in set(held):
        warnings.append(f"{asset} holds {coin}, which is held too: whether that is the same, nobody has ruled")
    return warnings
