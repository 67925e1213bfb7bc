"""From the configuration to the connectors and the settings of the books.

Belongs here: translating. Does not belong here: fetching or computing anything.
"""

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from connectors.csv_file.connector import CsvAccount, CsvConnector
from connectors.evm.account import EvmAccount
from connectors.evm.booking import Decoder
from connectors.evm.connector import EvmConnector
from connectors.evm.decoding import Decoding, DecodingSettings
from connectors.exchange.account import ExchangeAccount
from connectors.exchange.connector import ExchangeConnector
from connectors.prices.fetcher import PriceFetcher
from connectors.prices.llama import LlamaPrices
from connectors.prices.pools import PoolChain, PoolPrices
from connectors.prices.tokens import TokenSource
from connectors.sync import Connector
from pipelines import configuration as conf
from pipelines.addresses import is_own_machine
from pipelines.overrides import read_overrides
from warehouse.lots.policy import Allocation, Pool, SpecificAllocation
from warehouse.matching.allocation_file import AllocationFileError, read_allocation_file
from warehouse.settings import (
    AccountSettings,
    BookSettings,
    BrokerForm,
    BusinessSettings,
    FormSettings,
    HarvestSettings,
    IncomeSettings,
    LotSettings,
    TaxYearSettings,
    WashSaleSettings,
)

OWN_PRICES = "prices.csv"
"""The user's price file where the configuration names none."""


def connector_of(configuration: conf.Configuration, name: str) -> Connector:
    """The connector of the account called `name`. Makes no request.

    Raises `ConfigurationError` when there is no such account or its secrets are not set.
    """
    account = configuration.account(name)
    if isinstance(account, conf.ExchangeAccount):
        return exchange_connector(configuration, account)
    if isinstance(account, conf.EvmAccount):
        return evm_connector(configuration, account)
    return CsvConnector(CsvAccount(name=account.name, path=configuration.resolve(account.path)))


def exchange_connector(configuration: conf.Configuration, account: conf.ExchangeAccount) -> ExchangeConnector:
    """The connector of an exchange account, with its secrets. Raises `ConfigurationError` when they are not set."""
    return ExchangeConnector(
        ExchangeAccount(
            name=account.name,
            exchange=account.exchange,
            api_key=configuration.secret(account.api_key),
            secret=configuration.secret(account.secret),
            password=configuration.secret(account.password),
            uid=configuration.secret(account.uid),
            since=datetime.combine(account.since, time(), tzinfo=UTC) if account.since else None,
            options=account.options,
            replay_folder=configuration.resolve(account.replay) if account.replay else None,
            allow_withdrawal_keys=account.allow_withdrawal_keys,
        )
    )


def evm_connector(configuration: conf.Configuration, account: conf.EvmAccount) -> EvmConnector:
    """The connector of a wallet, with its secrets. Raises `ConfigurationError` when they are not set."""
    wallets = [each for each in configuration.accounts if isinstance(each, conf.EvmAccount)]
    evm_account = EvmAccount(
        name=account.name,
        chain=account.network,
        addresses=frozenset(account.addresses),
        rpc_urls=tuple(_node_url(configuration, url) for url in account.rpc_url),
        family=frozenset(owner for wallet in wallets for owner in wallet.addresses),
        start_block=account.start_block,
        since=datetime.combine(account.since, time(), tzinfo=UTC) if account.since else None,
        confirmations=account.confirmations,
        way=account.way,
        index_url=account.index_url,
        index_key=configuration.secret(account.index_key),
        replay_folder=configuration.resolve(account.replay) if account.replay else None,
    )
    decoding = Decoding(
        chain=account.chain,
        coin=evm_account.chain.coin,
        owned=evm_account.addresses,
        family=evm_account.family,
        settings=DecodingSettings(tokens=account.tokens, validator_withdrawals=account.validator_withdrawals),
    )
    return EvmConnector(evm_account, Decoder(decoding.transactions, decoding.balances, decoding.fingerprint))


def _node_url(configuration: conf.Configuration, url: str) -> str:
    return url if is_own_machine(url) else configuration.secret(url) or ""


def price_fetcher(configuration: conf.Configuration) -> PriceFetcher:
    """What asks the configured venues for prices, and for tokens what knows their contracts. Makes no request."""
    prices = configuration.prices
    return PriceFetcher(
        venues=list(prices.venues),
        base=configuration.country.base_currency,
        hourly=prices.hourly,
        aliases=_aliases(configuration),
        sources=_token_sources(configuration),
        replay_folders={venue: configuration.resolve(folder) for venue, folder in prices.replay.items()},
    )


def book_settings(configuration: conf.Configuration) -> BookSettings:
    """What the books need to know, and nothing of any venue or secret.

    Raises `ConfigurationError` for a mistake in overrides.toml and for a price file that is not there.
    """
    taxpayer = configuration.taxpayer
    return BookSettings(
        accounts=tuple(
            AccountSettings(
                name=account.name,
                kind=account.kind,
                lot_methods=tuple(choice.chosen for choice in account.lot_method),
                since=account.since,
                is_broker=account.held_by == "broker",
                addresses=account.addresses,
                chain=None if isinstance(account, conf.ExchangeAccount) else account.chain,
                coin=account.network.coin if isinstance(account, conf.EvmAccount) else None,
                venue=account.exchange if isinstance(account, conf.ExchangeAccount) else None,
                same_as=conf.same_as(account),
                rounds=isinstance(account, conf.CsvAccount) and account.rounds,
                differs_from=account.differs_from,
                time_zone=ZoneInfo(account.time_zone),
            )
            for account in configuration.accounts
        ),
        time_zone=ZoneInfo(taxpayer.time_zone),
        jurisdiction=taxpayer.jurisdiction,
        base_currency=configuration.country.base_currency,
        filing_status=taxpayer.filing_status,
        prices_path=_prices_path(configuration),
        aliases=_aliases(configuration),
        tax_years={
            year: TaxYearSettings(**told.model_dump()) for year, told in sorted(configuration.tax_years.items())
        },
        asset_classes=configuration.asset_classes,
        wash_sale=WashSaleSettings(**configuration.wash_sale.model_dump(exclude_none=True)),
        lots=LotSettings(
            pool=Pool.parse(configuration.lots.pool) if configuration.lots.pool else None,
            allocation=_allocation(configuration),
            transfer_fee=configuration.lots.transfer_fee,
            liquidity=configuration.wallets.liquidity,
            trade_fee_before_2025=configuration.lots.trade_fee_before_2025,
            journal_path=configuration.journal,
        ),
        harvest=HarvestSettings(**configuration.harvest.model_dump(exclude_none=True)),
        record_path=configuration.paths.record,
        year_record_path=configuration.paths.year_record,
        overrides=read_overrides(configuration),
        business=BusinessSettings(
            mining_is_business=configuration.income.mining_is_business,
            accounts=configuration.income.business_accounts,
        ),
        forms=FormSettings(**configuration.forms.model_dump(), forms_1099da=_broker_forms(configuration)),
        income=IncomeSettings(
            ordinary_income_usd=taxpayer.ordinary_income_usd,
            qualified_dividends_usd=taxpayer.qualified_dividends_usd,
            investment_income_usd=taxpayer.investment_income_usd,
            deduction_usd=taxpayer.deduction_usd,
            state_rate=taxpayer.state_rate,
        ),
    )


def _wallets(configuration: conf.Configuration) -> list[conf.EvmAccount]:
    return [account for account in configuration.accounts if isinstance(account, conf.EvmAccount)]


def _aliases(configuration: conf.Configuration) -> dict[str, str]:
    """The names that mean another asset: a wallet's wrapped coin is its coin, unless set otherwise; the user's win."""
    told = configuration.aliases
    coins = {wallet.network.coin for wallet in _wallets(configuration)} if configuration.wallets.weth_is_eth else set()
    return {**{f"W{coin}": told.get(coin, coin) for coin in sorted(coins)}, **told}


def _token_sources(configuration: conf.Configuration) -> list[TokenSource]:
    """What prices tokens by their contract: pools, by the first node of a wallet on the chain, and an index."""
    prices = configuration.prices
    chains: dict[str, PoolChain] = {}
    for wallet in _wallets(configuration) if prices.pools else ():
        if wallet.replay is not None:
            continue  # a recording has no answers about pools
        try:
            secret = _node_url(configuration, wallet.rpc_url[0])
        except conf.ConfigurationError:
            continue  # the wallet itself fails with that, in words
        known = chains.get(wallet.chain)
        tokens = {**(known.tokens if known else {}), **wallet.tokens}
        chains[wallet.chain] = PoolChain(wallet.chain, wallet.network.coin, known.url if known else secret, tokens)
    sources: list[TokenSource] = []
    if chains:
        sources.append(PoolPrices(list(chains.values()), least_usd=prices.pool_liquidity_usd))
    if prices.index == "defillama":
        sources.append(LlamaPrices())
    return sources


def _allocation(configuration: conf.Configuration) -> Allocation | None:
    """The allocation of basis, with the units of its file. Raises `ConfigurationError` naming the file and line."""
    told = configuration.lots.allocation
    if told is None or told.file is None or told.completed_at is None:
        return None if told is None else told.rule
    path = configuration.resolve(told.file)
    try:
        return SpecificAllocation(read_allocation_file(path), told.completed_at)
    except (AllocationFileError, OSError, UnicodeDecodeError) as error:
        raise conf.ConfigurationError(f"{configuration.path}: lots.allocation.file: {error}") from error


def _broker_forms(configuration: conf.Configuration) -> tuple[BrokerForm, ...]:
    forms = []
    for form in configuration.forms_1099da:
        path = configuration.resolve(form.path)
        if not path.is_file():
            raise conf.ConfigurationError(
                f"{configuration.path}: form_1099da.path names {path}, which is not there. Expected the CSV of the "
                f"Form 1099-DA of {form.account} for {form.tax_year}"
            )
        forms.append(BrokerForm(form.account, form.tax_year, path))
    return tuple(forms)


def _prices_path(configuration: conf.Configuration) -> Path | None:
    """The user's price file: the one named, else a prices.csv beside the configuration."""
    if configuration.prices.file is None:
        beside = configuration.resolve(OWN_PRICES)
        return beside if beside.is_file() else None
    path = configuration.resolve(configuration.prices.file)
    if not path.is_file():
        raise conf.ConfigurationError(
            f"{configuration.path}: prices.file names {path}, which is not there. Expected a CSV of "
            f"asset,at,price_{configuration.country.base_currency.lower()}"
        )
    return path
