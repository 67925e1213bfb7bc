"""What the books need to know of the person: plain values, filled by `pipelines` from lotkeeper.toml.

Belongs here: shapes and defaults. Does not belong here: reading files, secrets, anything of a venue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from warehouse.decisions import Overrides
from warehouse.lots.methods import ChosenMethod
from warehouse.lots.policy import Allocation, Pool


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One account of the book. `kind` is `exchange`, `csv` or `evm`; `since` is the day the account began, if known.

    `lot_methods` are those that were chosen; which one holds stands in `lots.methods`. `is_broker`: its coins are held
    by a broker, who has to be told of an identification where the law says so. `addresses` are its own on chains, where
    coins are sent to reach it; `chain` is the one it is on, if it is on one, and `coin` that chain's own. `venue` is
    the exchange's id. `time_zone` is the clock by which a broker dates its statements.

    `same_as` names the account of which this one only tells; `rounds`: its amounts and times may be rounded.
    `differs_from` are accounts in which what looks like an event of this one is another.
    """

    name: str
    kind: str
    lot_methods: tuple[ChosenMethod, ...] = (ChosenMethod("fifo"),)
    since: date | None = None
    is_broker: bool = False
    addresses: tuple[str, ...] = ()
    chain: str | None = None
    coin: str | None = None
    venue: str | None = None
    same_as: str | None = None
    rounds: bool = False
    differs_from: tuple[str, ...] = ()
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @property
    def tells_of(self) -> str:
        """The account whose coins its rows move."""
        return self.same_as or self.name


@dataclass(frozen=True, slots=True)
class LotSettings:
    """What is the same for the lots of all accounts.

    `pool` is `None` for what the jurisdiction says. `allocation` puts basis into accounts where pools by account begin.
    `transfer_fee` and `trade_fee_before_2025` say what a network fee is (`Policy`) and who bears the fee of a trade of
    coin against coin before 2025-01-01: the coin `given` (as the regulations say from then on), the one `received`, or
    both in halves (`split`). `liquidity` says what coins are that go into a pool for its token, or come out for it: a
    `trade`, or coins that `keep_basis` in another form.
    """

    pool: Pool | None = None
    allocation: Allocation | None = None
    transfer_fee: Literal["dispose", "basis"] = "dispose"
    trade_fee_before_2025: Literal["given", "received", "split"] = "given"
    journal_path: Path | None = None
    liquidity: Literal["trade", "keep_basis"] = "trade"


@dataclass(frozen=True, slots=True)
class TaxYearSettings:
    """What the person told of one tax year; `None` is "not told".

    `ordinary_income_usd` is that year's income as `IncomeSettings` describes it, where it differs from other years'.
    `taxable_income_usd` is that year's Form 1040 line 15 as it would be without its floor of zero, so it may be
    negative. The carryovers in are what its return says on Schedule D lines 6 and 14, as positive amounts; they win
    over what the books work out. The other gains (stocks, funds) are signed and stand beside those of the books.
    """

    filing_status: str | None = None
    ordinary_income_usd: Decimal | None = None
    taxable_income_usd: Decimal | None = None
    carryover_short_in_usd: Decimal | None = None
    carryover_long_in_usd: Decimal | None = None
    other_short_gain_usd: Decimal = Decimal(0)
    other_long_gain_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class WashSaleSettings:
    """What a wash sale rule treats as the same thing, and from when it reaches coins.

    `groups` are assets that can be redeemed one for one; an asset in none is the same only as itself. `coins_since` is
    the first day of a law that reaches coins; `None`: there is none.
    """

    groups: tuple[tuple[str, ...], ...] = (("BTC", "WBTC", "CBBTC"), ("ETH", "WETH"))
    coins_since: date | None = None


@dataclass(frozen=True, slots=True)
class BusinessSettings:
    """What of the income is that of a trade or business (US: Schedule C): mining, or all that some accounts receive."""

    mining_is_business: bool = False
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokerForm:
    """A Form 1099-DA: the CSV at `path` is what the broker of `account` reported for `tax_year`."""

    account: str
    tax_year: int
    path: Path


@dataclass(frozen=True, slots=True)
class FormSettings:
    """How the forms are filled in.

    `whole_dollars` rounds every amount. `totals_only` takes sales whose basis a broker reported and that need no
    adjustment to Schedule D lines 1a and 8a without listing them. `form_1099b` says of accounts that gave a Form 1099-B
    whether it went with `basis_reported` or `basis_not_reported`. `nondeductible_losses` are transactions whose loss
    may not be deducted (code L). `accept_reported_values`: where no money changed hands, a broker's value wins.
    """

    whole_dollars: bool = False
    totals_only: bool = False
    form_1099b: Mapping[str, str] = field(default_factory=dict)
    nondeductible_losses: tuple[str, ...] = ()
    accept_reported_values: bool = False
    forms_1099da: tuple[BrokerForm, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomeSettings:
    """What a tax bill needs beside the book, in USD for one year; tax is worked out only where the income is told.

    `ordinary_income_usd` is all income before deductions but capital gains, qualified dividends and the coins that this
    book received as income. `investment_income_usd` is the part of it that the net investment income tax counts.
    `deduction_usd` stands for the standard deduction where told. `state_rate` is a flat share of taxable income.
    """

    ordinary_income_usd: Decimal | None = None
    qualified_dividends_usd: Decimal = Decimal(0)
    investment_income_usd: Decimal = Decimal(0)
    deduction_usd: Decimal | None = None
    state_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class HarvestSettings:
    """What a plan of sales assumes.

    `cost_rate` is what one trade costs as a share of its value (fee and half the spread), where nothing is known of the
    market itself; `gas_usd` what gas costs to sell a coin on a chain, where no node tells its price. Sales below
    `minimum_sale_usd` are not planned. What is sold is bought back at once. What is held is taken to be sold
    `horizon_years` from now, its price grown by `growth_rate` a year; what comes later than this year's tax is
    discounted by `discount_rate` a year.

    `reentry_days` is how long the person wants to stay out at least before buying back, `reentry_reason` why.
    """

    cost_rate: Decimal = Decimal("0.004")
    gas_usd: Decimal = Decimal(5)
    minimum_sale_usd: Decimal = Decimal(50)
    horizon_years: Decimal = Decimal(3)
    growth_rate: Decimal = Decimal(0)
    discount_rate: Decimal = Decimal("0.05")
    reentry_days: int = 0
    reentry_reason: str = "a sale and a purchase at one moment change nothing but tax (IRC 7701(o), economic substance)"


@dataclass(frozen=True, slots=True)
class BookSettings:
    """Everything in the configuration that changes a number in the books.

    `prices_path` is the user's own price file (`asset,at,price_usd`), which wins over fetched prices.
    `stale_after_hours` is the age from which an account or a price makes what rests on it `review`.
    """

    accounts: tuple[AccountSettings, ...]
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("America/New_York"))
    jurisdiction: str = "US"
    filing_status: str = "single"
    base_currency: str = "USD"
    prices_path: Path | None = None
    stale_after_hours: int = 36
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Names that mean another asset (`XBT` → `BTC`), applied to every posting."""
    tax_years: Mapping[int, TaxYearSettings] = field(default_factory=dict)
    """What is told of single years: taxable income, a starting carryover, gains from elsewhere."""
    asset_classes: Mapping[str, str] = field(default_factory=dict)
    """Assets that are more than coins: `tokenized_security`, `etf` or `security`."""
    wash_sale: WashSaleSettings = field(default_factory=WashSaleSettings)
    lots: LotSettings = field(default_factory=LotSettings)
    harvest: HarvestSettings = field(default_factory=HarvestSettings)
    record_path: Path | None = None
    """The record of what could be harvested on the nights before; it is in `harvest.history` and in no other table."""
    year_record_path: Path | None = None
    """The record of what the builds before made of the tax years; it is in `tax.year_history` and in no other table."""
    overrides: Overrides = field(default_factory=Overrides)
    """What is decided about single events."""
    business: BusinessSettings = field(default_factory=BusinessSettings)
    forms: FormSettings = field(default_factory=FormSettings)
    income: IncomeSettings = field(default_factory=IncomeSettings)

    def ordinary_income_usd(self, tax_year: int) -> Decimal | None:
        """The person's other ordinary income: what is told of the year, else of a usual one; `None` if neither is."""
        told = self.tax_years.get(tax_year, TaxYearSettings()).ordinary_income_usd
        return self.income.ordinary_income_usd if told is None else told
