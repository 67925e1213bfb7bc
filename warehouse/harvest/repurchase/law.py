"""Where buying back undoes a loss, by country: how many days around a sale, and what happens to the loss. Pure.

Sources: US IRC 1091 (whether it reaches an asset is `warehouse/tax/us/wash_sale_law.py`); GB TCGA 1992 s. 106A and
HMRC CRYPTO22250; CA Income Tax Act s. 54 "superficial loss"; IE TCA 1997 s. 581.

Belongs here: the windows as data. Does not belong here: what was bought, and what a year's gains come to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from warehouse.lots.holding import local_date
from warehouse.settings import BookSettings
from warehouse.tax.us.wash_sale_law import group_names, wash_sale_applies


@dataclass(frozen=True, slots=True)
class Window:
    """Days before and after a sale in which a purchase undoes its loss. `words` say the rule, `days` 0 is none."""

    days_before: int
    days_after: int
    words: str


WASH_SALE = Window(30, 30, "IRC 1091: a loss is disallowed as far as the same is bought within 30 days before or after")
"""The rule of the United States for securities; for coins its shadow."""

LOOKED_BACK = timedelta(days=WASH_SALE.days_after + 2)
"""How far before an instant any sale lies that a purchase of its day may undo, wherever the taxpayer is."""

_COINS_ARE_FREE = Window(0, 0, "no law of today keeps you from buying a coin back at once (IRC 1091 is for securities)")
_ELSEWHERE: Mapping[str, Window] = {
    "GB": Window(
        0,
        30,
        "TCGA 1992 s. 106A: what is bought within 30 days after a sale counts as what was sold",
    ),
    "CA": Window(
        30,
        30,
        "superficial loss: denied for what is bought within 30 days before or after and still held then",
    ),
    "IE": Window(
        0,
        28,
        "TCA 1997 s. 581: bought back within four weeks, the loss counts only against a gain on it",
    ),
}


def window_of(jurisdiction: str, asset_class: str, day: date, *, coins_since: date | None) -> Window | None:
    """The rule in force for a sale on `day`; `None` for a country of which none is written here."""
    if jurisdiction == "US":
        is_in_force = wash_sale_applies(asset_class, day, jurisdiction, coins_since=coins_since)
        return WASH_SALE if is_in_force else _COINS_ARE_FREE
    return _ELSEWHERE.get(jurisdiction)


def lost_lately(losses: Iterable[tuple[str, datetime]], today: date, settings: BookSettings) -> dict[str, date]:
    """By asset, in the name of its group, the day of the latest loss that a purchase of today would undo in the US.

    `losses` are assets and instants of sales at a loss. Source: IRC 1091.
    """
    groups = group_names(settings.wash_sale.groups)
    lost: dict[str, date] = {}
    for asset, at in losses:
        day = local_date(at, settings.time_zone)
        if timedelta(0) <= today - day <= timedelta(days=WASH_SALE.days_after) and is_under_wash_sales(
            asset, day, settings
        ):
            name = groups.get(asset, asset)
            lost[name] = max(day, lost.get(name, day))
    return {**lost, **{asset: lost[name] for asset, name in groups.items() if name in lost}}


def is_under_wash_sales(asset: str, day: date, settings: BookSettings) -> bool:
    """Whether buying `asset` back at once would undo the loss of its sale on `day`, by law in the US."""
    asset_class = settings.asset_classes.get(asset, "coin")
    return wash_sale_applies(asset_class, day, settings.jurisdiction, coins_since=settings.wash_sale.coins_since)


ETF_OF: Mapping[str, str] = {
    **dict.fromkeys(("IBIT", "FBTC", "GBTC", "BITB", "ARKB", "HODL", "BRRR", "EZBC", "BTCO", "BTCW"), "BTC"),
    **dict.fromkeys(("ETHA", "ETHE", "FETH", "CETH", "EZET", "QETH"), "ETH"),
}
"""Spot funds of the United States and the coin they hold; nobody has ruled whether one is the same as the other."""

FORMS_OF: Mapping[str, frozenset[str]] = {
    "ETH": frozenset({"STETH", "WSTETH", "RETH", "CBETH"}),
    "SOL": frozenset({"MSOL", "JITOSOL"}),
    "USDC": frozenset({"USDC.E", "USDBC", "USDCE"}),
    "USDT": frozenset({"USDT.E"}),
}
"""Staked and bridged forms of a coin, in capitals; nobody has ruled whether one is the same as the coin or another."""
