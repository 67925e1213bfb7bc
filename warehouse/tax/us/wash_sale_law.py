"""Where a wash sale rule is law: a switch by class of asset and date, and what counts as the same thing.

IRC 1091 reaches "shares of stock or securities". Coins are neither; tokens that are also securities are (Instructions
for Schedule D, 2025; Instructions for Form 1099-DA, 2026, box 1i). Bills that would extend it to all digital assets
(H.R. 9172 of 2026-06-08 among them) had not passed by August 2026, so their date is a setting.

Belongs here: the switch and the groups. Does not belong here: what the rule does (`wash_sales.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

_IN_FORCE_SINCE: Mapping[str, Mapping[str, date]] = {
    "US": {
        "tokenized_security": date.min,  # older than anything that a book can hold
        "etf": date.min,
        "security": date.min,
    },
}
ASSET_CLASSES = frozenset({"coin", "tokenized_security", "etf", "security"})


def wash_sale_applies(asset_class: str, sale_date: date, jurisdiction: str, *, coins_since: date | None = None) -> bool:
    """Whether the law disallows the loss of a wash sale of such an asset on that date.

    `coins_since` is the first day of a law that reaches coins in the United States, `None` while there is none.
    Raises `ValueError` for a class that there is not.
    """
    if asset_class not in ASSET_CLASSES:
        raise ValueError(f"asset class {asset_class!r} is none of {', '.join(sorted(ASSET_CLASSES))}")
    since = _IN_FORCE_SINCE.get(jurisdiction, {}).get(asset_class)
    if asset_class == "coin" and jurisdiction == "US":
        since = coins_since
    return since is not None and sale_date >= since


def group_names(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """For each asset in a group the group's name, its first member; an asset in none is a group of its own.

    Raises `ValueError` for an asset that stands in two groups.
    """
    names: dict[str, str] = {}
    for group in groups:
        for asset in group:
            if names.setdefault(asset, group[0]) != group[0]:
                raise ValueError(f"{asset} stands in the groups of {names[asset]} and of {group[0]}; put it into one")
    return names
