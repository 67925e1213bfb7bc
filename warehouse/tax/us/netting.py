"""One US year's capital gains and losses: netted, limited, and what of a loss goes to the next year. Pure.

Follows Schedule D (Form 1040) and the Capital Loss Carryover Worksheet in its instructions (2025), line by line.
Gains are signed, carryovers and deductions are positive amounts, all in USD; nothing is rounded.

Belongs here: one year. Does not belong here: the chain of years (`years.py`), rates (`liability.py`), which disposals
make up a gain.
"""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from warehouse.exact import EXACT

ZERO = Decimal(0)

CAPITAL_LOSS_LIMIT_USD = {
    "single": Decimal(3000),
    "married_joint": Decimal(3000),
    "married_separate": Decimal(1500),
    "head_of_household": Decimal(3000),
    "surviving_spouse": Decimal(3000),
}
"""What a net capital loss may take off other income in one year, by filing status: IRC 1211(b), not indexed."""


@dataclass(frozen=True, slots=True)
class Carryover:
    """Losses that go from one year into the next, as positive amounts; each keeps its term (IRC 1212(b)(1))."""

    short_usd: Decimal = ZERO
    long_usd: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.short_usd < 0 or self.long_usd < 0:
            raise ValueError(f"{self}: a carryover is written as a positive amount")


@dataclass(frozen=True, slots=True)
class Netting:
    """Schedule D's results: lines 7, 15 and 16 (signed), and 21 as a positive amount, 0 where there is no net loss.

    `loss_limit_usd` is what line 21 may be at most; `usable_loss_usd` what further loss would still count this year.
    """

    short_net_usd: Decimal
    long_net_usd: Decimal
    net_gain_usd: Decimal
    loss_limit_usd: Decimal
    deductible_loss_usd: Decimal
    usable_loss_usd: Decimal


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The Capital Loss Carryover Worksheet, one field a line. `line_1` is `None` when taxable income is not known."""

    line_1: Decimal | None
    line_2: Decimal
    line_3: Decimal | None
    line_4: Decimal
    line_5: Decimal
    line_6: Decimal
    line_7: Decimal
    line_8: Decimal
    line_9: Decimal
    line_10: Decimal
    line_11: Decimal
    line_12: Decimal
    line_13: Decimal

    @property
    def carryover(self) -> Carryover:
        """What goes to lines 6 and 14 of next year's Schedule D."""
        return Carryover(short_usd=self.line_8, long_usd=self.line_13)


def loss_limit_usd(filing_status: str) -> Decimal:
    """The yearly limit of IRC 1211(b). Raises `ValueError` that names the statuses there are."""
    try:
        return CAPITAL_LOSS_LIMIT_USD[filing_status]
    except KeyError:
        raise ValueError(
            f"filing status {filing_status!r} is none of {', '.join(sorted(CAPITAL_LOSS_LIMIT_USD))}"
        ) from None


def net_year(*, short_gain_usd: Decimal, long_gain_usd: Decimal, carried_in: Carryover, limit_usd: Decimal) -> Netting:
    """Net the year's own gains and the losses carried in, short and long apart first (IRC 1222), and limit the loss."""
    with localcontext(EXACT):
        short_net = short_gain_usd - carried_in.short_usd
        long_net = long_gain_usd - carried_in.long_usd
        net = short_net + long_net
        return Netting(
            short_net_usd=short_net,
            long_net_usd=long_net,
            net_gain_usd=net,
            loss_limit_usd=limit_usd,
            deductible_loss_usd=min(max(ZERO, -net), limit_usd),
            usable_loss_usd=max(ZERO, net + limit_usd),
        )


def carryover_worksheet(netting: Netting, *, taxable_income_usd: Decimal | None) -> Worksheet:
    """Fill in the worksheet for the year after the one that `netting` tells of.

    `taxable_income_usd` is Form 1040 line 15 of the netted year as it would be without its floor of zero, so it may be
    negative (IRC 1212(b)(2)(B)). `None`: not known; then lines 1 and 3 stay empty, and line 4 is line 2, as if the
    income were large enough to use the whole deduction.
    """
    with localcontext(EXACT):
        line_1, line_2 = taxable_income_usd, netting.deductible_loss_usd
        line_3 = None if line_1 is None else max(ZERO, line_1 + line_2)
        line_4 = line_2 if line_3 is None else min(line_2, line_3)

        line_5 = line_6 = line_7 = line_8 = ZERO
        if netting.short_net_usd < 0:
            line_5 = -netting.short_net_usd
            line_6 = max(ZERO, netting.long_net_usd)
            line_7 = line_4 + line_6
            line_8 = max(ZERO, line_5 - line_7)

        line_9 = line_10 = line_11 = line_12 = line_13 = ZERO
        if netting.long_net_usd < 0:
            line_9 = -netting.long_net_usd
            line_10 = max(ZERO, netting.short_net_usd)
            line_11 = max(ZERO, line_4 - line_5)
            line_12 = line_10 + line_11
            line_13 = max(ZERO, line_9 - line_12)
    return Worksheet(
        line_1, line_2, line_3, line_4, line_5, line_6, line_7, line_8, line_9, line_10, line_11, line_12, line_13
    )
