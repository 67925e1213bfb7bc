"""The parts of lotkeeper.toml that are about lots: methods, pools, fees, the allocation of basis.

Belongs here: their shape, and the way to the settings of the books. Does not belong here: what a choice does.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from pipelines.section import Section
from warehouse.lots.methods import ChosenMethod
from warehouse.lots.policy import GlobalAllocation, Method, Pool


class LotMethod(Section):
    """A lot method from a date on. `evidence` says where a record stands that was made before the sales."""

    method: Method
    since: date | None = None
    evidence: Annotated[str, Field(min_length=1)] | None = None
    broker_told: bool = False

    @property
    def chosen(self) -> ChosenMethod:
        """The choice as the books know it."""
        return ChosenMethod(self.method, self.since, self.evidence, self.broker_told)


def _listed(value: Any) -> Any:
    return ({"method": value},) if isinstance(value, str) else value


def _in_order(methods: tuple[LotMethod, ...]) -> tuple[LotMethod, ...]:
    days = [method.since or date.min for method in methods]
    if days != sorted(set(days)):
        raise ValueError(
            "expected the methods in the order of `since`, each with a later date; only the first has none"
        )
    return methods


LotMethods = Annotated[tuple[LotMethod, ...], BeforeValidator(_listed), AfterValidator(_in_order), Field(min_length=1)]
"""`"hifo"`, or `[{ method = "fifo" }, { method = "hifo", since = 2025-03-01, evidence = "..." }]`."""

FIFO: tuple[LotMethod, ...] = (LotMethod(method="fifo"),)


def _known_pool(text: str) -> str:
    Pool.parse(text)
    return text


class Allocation(Section):
    """How basis was put into accounts at the end of 2024 (Rev. Proc. 2024-28): by a file of units, or by a rule.

    `evidence` says where the record stands that was made in time.
    """

    evidence: str = Field(min_length=1)
    file: str | None = None
    completed_at: AwareDatetime | None = None
    accounts: tuple[str, ...] | None = None
    order: Literal["fifo", "lifo", "hifo", "lofo"] = "fifo"
    described_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Allocation":
        is_specific = self.file is not None and self.completed_at is not None
        is_global = self.accounts is not None and self.described_at is not None
        mixed = self.file is not None or self.completed_at is not None
        if is_specific == is_global or (is_global and mixed):
            raise ValueError(
                "expected file and completed_at (units of lots: lot_id,account,quantity), or accounts and described_at "
                "(a rule: accounts in this order take lots in `order`)"
            )
        return self

    @property
    def rule(self) -> GlobalAllocation | None:
        """The allocation by rule, if it is one."""
        if self.accounts is None or self.described_at is None:
            return None
        return GlobalAllocation(self.accounts, self.described_at, self.order)


class Lots(Section):
    """What holds for the lots of every account."""

    pool: Annotated[str, AfterValidator(_known_pool)] | None = None
    transfer_fee: Literal["dispose", "basis"] = "dispose"
    trade_fee_before_2025: Literal["given", "received", "split"] = "given"
    allocation: Allocation | None = None
