"""lotkeeper.toml: what may stand in it, and where a mistake is.

Belongs here: the shape of the configuration, reading it, finding its paths and its secrets. Does not belong here:
what any setting does.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connectors.evm.account import WayName
from connectors.evm.chains import CHAINS, Chain
from connectors.evm.gifts import ValidatorRule
from pipelines.addresses import checked_address, is_own_machine
from pipelines.lots_section import FIFO, LotMethods, Lots
from pipelines.section import Section
from pipelines.toml_lines import line_of
from pipelines.wallets_section import Wallets
from warehouse.tax.countries import country_of
from warehouse.tax.country import Country

CONFIGURATION_NAME = "lotkeeper.toml"
JOURNAL_NAME = "identifications.jsonl"
CONFIGURATION_VARIABLE = "LOTKEEPER_CONFIG"

_RESERVED_NAMES = frozenset({"prices", "outside"})
_SECRET_KEYS = frozenset({"api_key", "secret", "password", "uid", "rpc_url", "index_key", "url"})
_CONFIRMATIONS = 64
"""How many blocks must lie on one of a chain that is only described in the configuration."""
_SECRET = re.compile(r"^env:[A-Za-z_][A-Za-z0-9_]*$")


class ConfigurationError(Exception):
    """The configuration can not be used. The message names file, line and what was expected."""


def _named_secret(text: str) -> str:
    if not _SECRET.match(text):
        raise ValueError(
            'a secret is named here, not written: use "env:NAME" and put NAME=... into .env beside the configuration'
        )
    return text


def _node(text: str) -> str:
    if is_own_machine(text):
        return text
    if not _SECRET.match(text) and not text.startswith(("http://", "https://")):
        raise ValueError('expected "env:NAME", or the address of a node on this machine, such as http://127.0.0.1:8545')
    return _named_secret(text)


def _one_or_more(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _known_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError('expected a time zone of the tz database, such as "America/New_York"') from error
    return text


def _known_country(text: str) -> str:
    country_of(text)
    return text


def _five_fields(text: str) -> str:
    if len(text.split()) != 5:  # noqa: PLR2004 - minute, hour, day of month, month, day of week
        raise ValueError('expected a cron line of five fields, such as "0 2 * * *" for every night at two')
    return text


FilingStatus = Literal["single", "married_joint", "married_separate", "head_of_household", "surviving_spouse"]
Secret = Annotated[str, AfterValidator(_named_secret)]
NodeUrls = Annotated[tuple[Annotated[str, AfterValidator(_node)], ...], BeforeValidator(_one_or_more)]


class Taxpayer(Section):
    """Whose taxes these are."""

    jurisdiction: Annotated[str, AfterValidator(_known_country)] = "US"
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    filing_status: FilingStatus = "single"
    ordinary_income_usd: Decimal | None = Field(default=None, ge=0)
    qualified_dividends_usd: Decimal = Field(default=Decimal(0), ge=0)
    investment_income_usd: Decimal = Field(default=Decimal(0), ge=0)
    deduction_usd: Decimal | None = Field(default=None, ge=0)
    state_rate: Decimal = Field(default=Decimal(0), ge=0, lt=1)


class Sync(Section):
    """When the night's work starts, in the taxpayer's time zone."""

    schedule: Annotated[str, AfterValidator(_five_fields)] = "0 2 * * *"


class Alerts(Section):
    """Where one message a night goes, and from when on something is worth a word."""

    url: Secret | None = None
    balance_difference_usd: Decimal = Field(default=Decimal(100), ge=0)
    candidate_loss_usd: Decimal = Field(default=Decimal(1000), ge=0)
    long_term_usd: Decimal = Field(default=Decimal(500), ge=0)
    long_term_within_days: int = Field(default=14, ge=0)
    year_end_within_days: int = Field(default=30, ge=0)


class Prices(Section):
    """Where prices come from: the user's own file, these venues, pools on the wallets' chains, an index."""

    venues: tuple[str, ...] = ("kraken", "coinbase", "binance")
    file: str | None = None
    hourly: bool = False
    pools: bool = True
    pool_liquidity_usd: Decimal = Field(default=Decimal(10_000), gt=0)
    index: Literal["defillama"] | None = None
    replay: dict[str, str] = Field(default_factory=dict)


class TaxYear(Section):
    """What the return of one year says; amounts as `TaxYearSettings` in the books describes them."""

    filing_status: FilingStatus | None = None
    ordinary_income_usd: Decimal | None = Field(default=None, ge=0)
    taxable_income_usd: Decimal | None = None
    carryover_short_in_usd: Decimal | None = Field(default=None, ge=0)
    carryover_long_in_usd: Decimal | None = Field(default=None, ge=0)
    other_short_gain_usd: Decimal = Decimal(0)
    other_long_gain_usd: Decimal = Decimal(0)


class WashSale(Section):
    """What a wash sale rule treats as the same thing, and from when a law reaches coins."""

    groups: tuple[tuple[str, ...], ...] | None = None
    coins_since: date | None = None

    @field_validator("groups")
    @classmethod
    def _one_group_each(cls, groups: tuple[tuple[str, ...], ...] | None) -> tuple[tuple[str, ...], ...] | None:
        assets = [asset for group in groups or () for asset in group]
        twice = sorted({asset for asset in assets if assets.count(asset) > 1})
        if twice:
            raise ValueError(f"an asset stands in one group, once; {', '.join(twice)} is there more often")
        return groups


class Income(Section):
    """What of the income is a business's; it then goes on Schedule C."""

    mining_is_business: bool = False
    business_accounts: tuple[str, ...] = ()


class Forms(Section):
    """How the forms are filled in; `FormSettings` in the books says what each does."""

    whole_dollars: bool = False
    totals_only: bool = False
    form_1099b: dict[str, Literal["basis_reported", "basis_not_reported"]] = Field(default_factory=dict)
    nondeductible_losses: tuple[str, ...] = ()
    accept_reported_values: bool = False


class Form1099Da(Section):
    """A Form 1099-DA as the broker of an account gave it out, as CSV."""

    account: str
    tax_year: int = Field(ge=2025)
    path: str


class Harvest(Section):
    """What a plan of sales assumes, as `HarvestSettings` in the books describes it."""

    cost_rate: Decimal = Field(default=Decimal("0.004"), ge=0, lt=1)
    gas_usd: Decimal = Field(default=Decimal(5), ge=0)
    minimum_sale_usd: Decimal = Field(default=Decimal(50), ge=0)
    horizon_years: Decimal = Field(default=Decimal(3), ge=0, le=50)
    growth_rate: Decimal = Field(default=Decimal(0), gt=-1, le=1)
    discount_rate: Decimal = Field(default=Decimal("0.05"), ge=0, le=1)
    reentry_days: int = Field(default=0, ge=0, le=366)
    reentry_reason: str | None = None


AssetClass = Literal["coin", "tokenized_security", "etf", "security"]


class _Account(Section):
    name: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)
    lot_method: LotMethods = FIFO
    held_by: Literal["broker", "self"] = "broker"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The clock by which a broker dates its statements."""
    since: date | None = None
    addresses: tuple[str, ...] = ()
    differs_from: tuple[str, ...] = ()

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name.lower() in _RESERVED_NAMES:
            raise ValueError(
                f"the names {', '.join(sorted(_RESERVED_NAMES))} have a meaning of their own; choose another"
            )
        return name


class ExchangeAccount(_Account):
    """An account at an exchange, by its ccxt id. Its key needs to read only."""

    kind: Literal["exchange"]
    exchange: str = Field(pattern=r"^[a-z0-9]+$")
    api_key: Secret | None = None
    secret: Secret | None = None
    password: Secret | None = None
    uid: Secret | None = None
    allow_withdrawal_keys: bool = False
    replay: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _key_or_replay(self) -> "ExchangeAccount":
        if self.replay is None and (self.api_key is None or self.secret is None):
            raise ValueError('an exchange account needs api_key and secret, such as api_key = "env:KRAKEN_KEY"')
        return self


class CsvAccount(_Account):
    """A history in the Koinly universal columns.

    `same_as`: it tells of another account of the book, so its coins are that account's. `rounds`: it rounds amounts or
    cuts times, so what then equals a row of that account is that row.
    """

    kind: Literal["csv"]
    path: str
    chain: str | None = None
    same_as: str | None = None
    rounds: bool = False

    @model_validator(mode="after")
    def _lots_are_of_the_account(self) -> "CsvAccount":
        if self.rounds and self.same_as is None:
            raise ValueError("rounds says how the rows of same_as are found again; it has no meaning without")
        if self.same_as is not None and "lot_method" in self.model_fields_set:
            raise ValueError(f"its coins are those of {self.same_as}: say lot_method there")
        return self


class EvmAccount(_Account):
    """Some addresses on one chain, and the nodes that may be asked about them.

    A chain that is not known by its name needs `chain_id`, and `coin` if its own coin is not ETH.
    """

    kind: Literal["evm"]
    held_by: Literal["broker", "self"] = "self"
    chain: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    chain_id: int | None = Field(default=None, gt=0)
    coin: str | None = Field(default=None, pattern=r"^[A-Z0-9]{1,16}$")
    rpc_url: NodeUrls = ()
    replay: str | None = None
    addresses: tuple[Annotated[str, AfterValidator(checked_address)], ...] = Field(min_length=1)
    start_block: int | None = Field(default=None, ge=0)
    confirmations: int | None = Field(default=None, ge=0)
    way: WayName | None = None
    index_url: str | None = Field(default=None, pattern=r"^https?://")
    index_key: Secret | None = None
    tokens: dict[Annotated[str, AfterValidator(checked_address)], str] = Field(default_factory=dict)
    validator_withdrawals: ValidatorRule = "by_amount"

    @field_validator("coin")
    @classmethod
    def _coin_of_an_unknown_chain(cls, coin: str | None, info: ValidationInfo) -> str | None:
        if coin is not None and info.data.get("chain") in CHAINS:
            raise ValueError("the coin of this chain is known; remove the key")
        return coin

    @model_validator(mode="after")
    def _known_or_described(self) -> "EvmAccount":
        known = CHAINS.get(self.chain)
        if known is None and self.chain_id is None:
            raise ValueError(
                f"chain {self.chain!r} is none of {', '.join(CHAINS)}; another one needs its chain_id, and its coin"
            )
        named = next((chain.name for chain in CHAINS.values() if chain.chain_id == self.chain_id), self.chain)
        if known is None and named != self.chain:
            raise ValueError(f"the chain with the chain_id {self.chain_id} is called {named} here; write that")
        if known is not None and self.chain_id not in {None, known.chain_id}:
            raise ValueError(f"the chain {self.chain} has the chain_id {known.chain_id}; remove the key")
        if bool(self.rpc_url) == (self.replay is not None):
            raise ValueError(
                'a wallet needs a node to ask, such as rpc_url = "env:ETH_RPC_URL" (and no replay beside it)'
            )
        if self.start_block is not None and self.since is not None:
            raise ValueError("start_block and since say the same; give one of them")
        if self.way == "index" and self.index_url is None:
            raise ValueError('the way "index" needs index_url, such as that of Etherscan or of a Blockscout')
        return self

    @property
    def network(self) -> Chain:
        """The chain, as known or as described here."""
        if self.chain in CHAINS:
            return CHAINS[self.chain]
        return Chain(self.chain, self.chain_id or 0, self.coin or "ETH", _CONFIRMATIONS)


Account = Annotated[ExchangeAccount | CsvAccount | EvmAccount, Field(discriminator="kind")]
AnyAccount = ExchangeAccount | CsvAccount | EvmAccount


class PathsSection(Section):
    """Where everything that is made is kept."""

    data: str = "data"


class _Document(Section):
    as_of: AwareDatetime | None = None
    taxpayer: Taxpayer
    sync: Sync = Sync()
    prices: Prices = Prices()
    aliases: dict[str, str] = Field(default_factory=dict)
    tax_year: dict[int, TaxYear] = Field(default_factory=dict)
    asset_class: dict[str, AssetClass] = Field(default_factory=dict)
    wash_sale: WashSale = WashSale()
    harvest: Harvest = Harvest()
    lots: Lots = Lots()
    wallets: Wallets = Wallets()
    alerts: Alerts = Alerts()
    income: Income = Income()
    forms: Forms = Forms()
    form_1099da: tuple[Form1099Da, ...] = ()
    paths: PathsSection = PathsSection()
    account: tuple[Account, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders and files of one book, absolute."""

    data: Path

    @property
    def raw(self) -> Path:
        """What was received."""
        return self.data / "raw"

    @property
    def build(self) -> Path:
        """Private files of builds under way."""
        return self.data / "build"

    @property
    def dagster(self) -> Path:
        """Dagster's own state: history of runs, nothing that can not be lost."""
        return self.data / "dagster"

    @property
    def told_alerts(self) -> Path:
        """What was alerted already; when it is lost, what still holds is told once more."""
        return self.data / "told_alerts.json"

    @property
    def published(self) -> Path:
        """The file that people query."""
        return self.data / "lotkeeper.duckdb"

    @property
    def record(self) -> Path:
        """What could be harvested on each night: kept, because what was known then can not be built again."""
        return self.data / "history" / "harvest.jsonl"

    @property
    def year_record(self) -> Path:
        """What each published build made of each tax year: kept, so that a change has an answer."""
        return self.data / "history" / "years.jsonl"

    @property
    def report(self) -> Path:
        """The page that people read, published with that file."""
        return self.data / "report.html"


@dataclass(frozen=True, slots=True)
class Configuration:
    """A read and checked lotkeeper.toml."""

    path: Path
    as_of: datetime | None
    taxpayer: Taxpayer
    sync: Sync
    prices: Prices
    accounts: tuple[AnyAccount, ...]
    paths: Paths
    aliases: Mapping[str, str]
    tax_years: Mapping[int, TaxYear]
    asset_classes: Mapping[str, AssetClass]
    wash_sale: WashSale
    harvest: Harvest
    lots: Lots
    wallets: Wallets
    alerts: Alerts
    income: Income
    forms: Forms
    forms_1099da: tuple[Form1099Da, ...]

    @property
    def journal(self) -> Path:
        """The identification journal, beside the configuration: like it, the owner's and not made anew."""
        return self.path.parent / JOURNAL_NAME

    @property
    def overrides_path(self) -> Path:
        """What the person decided about single events, beside the configuration."""
        return self.path.parent / "overrides.toml"

    @property
    def country(self) -> Country:
        """Whose law the books follow."""
        return country_of(self.taxpayer.jurisdiction)

    def resolve(self, relative: str) -> Path:
        """A path that stands in the configuration, relative to its file."""
        return (self.path.parent / relative).resolve()

    def secret(self, reference: str | None) -> str | None:
        """The secret that `env:NAME` names, from the environment or `.env` beside the configuration.

        Raises `ConfigurationError` when it is set in neither.
        """
        if reference is None:
            return None
        name = reference.removeprefix("env:")
        value = os.environ.get(name) or dotenv_values(self.path.parent / ".env").get(name)
        if not value:
            raise ConfigurationError(
                f"{self.path}: {reference!r} names a secret that is not set. "
                f"Put {name}=... into the environment or into {self.path.parent / '.env'}"
            )
        return value

    def account(self, name: str) -> AnyAccount:
        """The account called `name`. Raises `ConfigurationError` when there is none."""
        for account in self.accounts:
            if account.name == name:
                return account
        raise ConfigurationError(
            f"{self.path} has no account {name!r}; it has {', '.join(account.name for account in self.accounts)}"
        )

    def holding_account(self, name: str) -> AnyAccount:
        """The account called `name`, which has coins. Raises `ConfigurationError` where it only tells of another."""
        account = self.account(name)
        told = same_as(account)
        if told is not None:
            raise ConfigurationError(f"{name} tells of {told}, whose coins they are: name that account")
        return account


def find_configuration(explicit: Path | None) -> Path:
    """The configuration to use: the one named, else that in the environment, else lotkeeper.toml here.

    Raises `ConfigurationError` when there is none.
    """
    path = explicit or Path(os.environ.get(CONFIGURATION_VARIABLE, CONFIGURATION_NAME))
    if not path.is_file():
        raise ConfigurationError(
            f"there is no {path}. Write one with `lotkeeper init`, or name one with --config "
            "(the sample book is examples/lotkeeper.toml in a checkout)"
        )
    return path.resolve()


def read_configuration(path: Path) -> Configuration:
    """Read and check the file at `path`. Raises `ConfigurationError` with line and expectation."""
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not TOML: {error}") from error
    try:
        document = _Document.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError(explain_mistakes(path, text, error)) from error
    _refuse_doubles(path, text, document)
    _refuse_by_law(path, text, document)
    _refuse_unknown_accounts(path, text, document)
    _refuse_odd_relations(path, text, document)
    return Configuration(
        path=path.resolve(),
        as_of=document.as_of,
        taxpayer=document.taxpayer,
        sync=document.sync,
        prices=document.prices,
        accounts=document.account,
        paths=Paths((path.parent / document.paths.data).resolve()),
        aliases=document.aliases,
        tax_years=document.tax_year,
        asset_classes=document.asset_class,
        wash_sale=document.wash_sale,
        harvest=document.harvest,
        alerts=document.alerts,
        lots=document.lots,
        wallets=document.wallets,
        income=document.income,
        forms=document.forms,
        forms_1099da=document.form_1099da,
    )


def explain_mistakes(path: Path, text: str, error: ValidationError) -> str:
    """What is wrong in the TOML `text` of `path`, a line for each mistake: where, and what was expected."""
    sentences = []
    problems = error.errors(include_url=False)
    for problem in problems:
        location = problem["loc"]
        inside = (other["loc"][: len(location)] == location for other in problems if other is not problem)
        if problem["type"] == "too_short" and any(inside):
            continue  # those that were refused, counted once more
        if location[0] == "account" and len(location) > 2:  # noqa: PLR2004 - account, its number, its kind, then the key
            location = (*location[:2], *location[3:])
        name = ".".join(str(part) for part in location if not isinstance(part, int))
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            message = "there is no such key here; check its spelling"
        elif problem["type"] == "missing":
            message = "this key is required"
        elif problem["type"] == "too_short":
            message = "expected at least one"
        elif problem["type"] == "union_tag_invalid":
            message = f"expected one of {problem['ctx']['expected_tags']} (found {problem['ctx']['tag']!r})"
            name = f"{name}.kind"
        elif _SECRET_KEYS.isdisjoint(location) and not isinstance(problem.get("input"), dict | list | tuple):
            message = f"{message} (found {problem['input']!r})"
        sentences.append(f"{path}:{line_of(text, location)}: {name}: {message}")
    return "\n".join(sentences)


def _refuse_doubles(path: Path, text: str, document: _Document) -> None:
    seen: dict[tuple[str, str], str] = {}
    for number, account in enumerate(document.account):
        identities = [("name", account.name.lower())]
        if isinstance(account, ExchangeAccount):
            identities.append(("replay", account.replay) if account.replay else ("api_key", account.api_key or ""))
        elif isinstance(account, EvmAccount):
            identities += [("addresses", f"{owner} on {account.network.chain_id}") for owner in account.addresses]
        else:
            identities.append(("path", account.path))
        for key, value in identities:
            if (key, value) in seen:
                raise ConfigurationError(
                    f"{path}:{line_of(text, ('account', number, key))}: account {account.name!r} has the same {key} as "
                    f"account {seen[key, value]!r}: its history would be counted twice. Remove one of them"
                )
            seen[key, value] = account.name


def _refuse_by_law(path: Path, text: str, document: _Document) -> None:
    """Choices about lots that the country's law does not know: nothing of them is dropped silently."""
    country = country_of(document.taxpayer.jurisdiction)
    for number, account in enumerate(document.account):
        for choice in account.lot_method:
            if choice.method not in country.lot_methods:
                raise ConfigurationError(
                    f"{path}:{line_of(text, ('account', number, 'lot_method'))}: lot_method: {choice.method} is no "
                    f"method for coins in {country.name}; expected {' or '.join(sorted(country.lot_methods))}"
                )
    for key in sorted(document.lots.model_fields_set) if not country.leaves_choices else ():
        raise ConfigurationError(
            f"{path}:{line_of(text, ('lots', key))}: lots.{key}: the law of {country.name} leaves no such choice; take "
            "the key out"
        )


def _refuse_unknown_accounts(path: Path, text: str, document: _Document) -> None:
    """What names an account names one that has coins, and no form comes twice."""
    names = {account.name for account in document.account if same_as(account) is None}
    named: list[tuple[tuple[str | int, ...], str]] = [
        *((("income", "business_accounts"), name) for name in document.income.business_accounts),
        *((("forms", "form_1099b"), name) for name in document.forms.form_1099b),
        *((("form_1099da", number, "account"), form.account) for number, form in enumerate(document.form_1099da)),
    ]
    for location, name in named:
        if name not in names:
            raise ConfigurationError(
                f"{path}:{line_of(text, location)}: there is no account {name!r}; there are {', '.join(sorted(names))}"
            )
    seen: set[tuple[str, int]] = set()
    for number, form in enumerate(document.form_1099da):
        if (form.account, form.tax_year) in seen:
            raise ConfigurationError(
                f"{path}:{line_of(text, ('form_1099da', number, 'account'))}: {form.account} has two Forms 1099-DA of "
                f"{form.tax_year}. Name one file: the corrected form replaces the first"
            )
        seen.add((form.account, form.tax_year))


def _refuse_odd_relations(path: Path, text: str, document: _Document) -> None:
    """A file tells of one account that has its own coins, and of that only."""
    tells_of = {account.name: same_as(account) for account in document.account}
    for number, account in enumerate(document.account):
        told = tells_of[account.name]
        named = {"same_as": () if told is None else (told,), "differs_from": account.differs_from}
        for key, names in named.items():
            unknown = sorted(set(names) - (tells_of.keys() - {account.name}))
            wrong = f"expected the name of another account, not {unknown[0]!r}" if unknown else None
            if told in account.differs_from:
                wrong = f"it can not be the same as {told} and differ from it"
            elif not wrong and key == "same_as" and told is not None and tells_of[told] is not None:
                wrong = f"{told} itself tells of {tells_of[told]}: name that account"
            if wrong:
                line = line_of(text, ("account", number, key))
                raise ConfigurationError(f"{path}:{line}: account {account.name!r}: {key}: {wrong}")


def same_as(account: AnyAccount) -> str | None:
    """The other account of which this one only tells, if it does."""
    return account.same_as if isinstance(account, CsvAccount) else None
