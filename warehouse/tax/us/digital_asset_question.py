"""The digital asset question on page 1 of Form 1040, answered from what a year held. Pure.

Yes: received as a reward, award or payment, or sold, exchanged or otherwise disposed of (gifts among them). Buying with
money, holding, and moving between own wallets and accounts alone are No (Instructions for Form 1040).

Belongs here: the answer and why. Does not belong here: counting (`queries/count_digital_asset_events.sql`).
"""

from collections.abc import Mapping
from typing import NamedTuple

_NOUNS = {
    "received": "reward, payment or other income in digital assets",
    "disposed": "sale, exchange or payment of them",
    "given": "gift or donation of them",
    "reported": "sale on a Form 1099-DA",
}


class Answer(NamedTuple):
    """`is_yes`, in words why, and what is open."""

    is_yes: bool
    why: str


def answer_question(counts: Mapping[str, int]) -> Answer:
    """The answer for a year with that many of `received`, `disposed`, `given`, `reported` and `unexplained`.

    `unexplained`: arrivals of coins of which it is not known what they were; they make no Yes and are said.
    """
    reasons = [f"{noun}: {counts[kind]:,}" for kind, noun in _NOUNS.items() if counts.get(kind, 0) > 0]
    if reasons:
        return Answer(is_yes=True, why="; ".join(reasons))
    why = "nothing was received as income and nothing disposed of; buying with money and own transfers are No"
    if counts.get("unexplained", 0):
        why += (
            ". Check first what came in without a known reason "
            f"({counts['unexplained']:,} times): a payment or a reward makes it Yes"
        )
    return Answer(is_yes=False, why=why)
