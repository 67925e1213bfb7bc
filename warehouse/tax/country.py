"""What a country is to the books: one small interface, which `warehouse/tax/<country>/country.py` fills.

Adding a year to a country is adding a file of figures; adding a country is a module and its line in `countries.py`.

Belongs here: the shapes. Does not belong here: any country's rule, or which countries there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from warehouse.lots.calendar import Calendar
from warehouse.lots.holding import Term
from warehouse.lots.methods import RecordRules
from warehouse.lots.policy import Pool
from warehouse.settings import IncomeSettings, TaxYearSettings
from warehouse.tax.shares import ShareMatcher

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class DayGain:
    """What the disposals of one asset on one day came to, signed."""

    day: date
    gain_usd: Decimal


@dataclass(frozen=True, slots=True)
class YearOfBook:
    """What one tax year brings: the books' own gains and income, and what the person told of it.

    `day_gains` add up to the gains; they are given only to a country that `taxes_by_day`. `income` is what is told of
    the person's other income, `None` for a year of which it is not known.
    """

    tax_year: int
    short_gain_usd: Decimal
    long_gain_usd: Decimal
    ordinary_income_usd: Decimal
    filing_status: str
    told: TaxYearSettings
    day_gains: tuple[DayGain, ...] = ()
    income: IncomeSettings | None = None


@dataclass(frozen=True, slots=True)
class YearOfTax:
    """What a country makes of one year. Carryovers, limits and deductions are positive amounts; `None`: not known here.

    `carried_*_used_usd` is what of the losses carried in was set against the year's gains, so that
    `net = gain + other gain - used` for each term. `exempt_gain_usd` is what of the gains an allowance frees,
    `taxable_gain_usd` and `taxable_income_usd` what is left to tax, `usable_loss_usd` what further loss would still
    count this year. `is_settled` is false where a rule or figure that is not known here decides the year.
    """

    tax_year: int
    short_net_usd: Decimal
    long_net_usd: Decimal
    taxable_gain_usd: Decimal | None
    taxable_income_usd: Decimal | None
    exempt_gain_usd: Decimal | None = ZERO
    carried_short_in_usd: Decimal = ZERO
    carried_long_in_usd: Decimal = ZERO
    carried_short_used_usd: Decimal = ZERO
    carried_long_used_usd: Decimal = ZERO
    carried_short_out_usd: Decimal = ZERO
    carried_long_out_usd: Decimal = ZERO
    loss_limit_usd: Decimal = ZERO
    deductible_loss_usd: Decimal = ZERO
    usable_loss_usd: Decimal | None = ZERO
    gains_tax_usd: Decimal | None = None
    is_income_assumed: bool = False
    is_settled: bool = True
    notes: tuple[str, ...] = ()


NetYears: TypeAlias = Callable[[Sequence[YearOfBook]], list[YearOfTax]]
"""Nets years that follow one another, each with what the year before leaves."""


@dataclass(frozen=True, slots=True)
class Country:
    """The rules of one country that the books call.

    `terms` are the country's words for `short` and `long`; `None` where a gain has no term, which `no_terms` says.
    `lot_methods` are those its law knows; `pool` says which lots a disposal may consume where the book chooses none,
    which it may only if the law `leaves_choices`; `record_rules` say from when on methods need a record. `match_shares`
    is the rule of a law that matches disposals with acquisitions of all accounts and a pool rather than with lots;
    one that `taxes_by_day` is given the gains of each day. `untaxed_kinds` are kinds of disposals that realize nothing.
    `useless_losses` gives the reason why a loss of a term counts for nothing.
    """

    code: str
    name: str
    base_currency: str
    calendar: Calendar
    terms: Mapping[Term, str] | None
    lot_methods: frozenset[str]
    pool: Pool
    net_years: NetYears
    leaves_choices: bool = False
    record_rules: RecordRules = field(default_factory=RecordRules)
    match_shares: ShareMatcher | None = None
    taxes_by_day: bool = False
    untaxed_kinds: frozenset[str] = frozenset({"gift_out", "donation", "lost", "theft"})
    no_terms: str | None = None
    useless_losses: Mapping[Term, str] | None = None
