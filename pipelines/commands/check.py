"""`lotkeeper check`: the configuration, the keys, what they may do, and whether every source answers.

Belongs here: asking each source once and showing the answers. Does not belong here: how a venue is asked.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from connectors.exchange.account import KeyCheck
from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import console
from pipelines.configuration import AnyAccount, Configuration, ConfigurationError, CsvAccount, EvmAccount
from pipelines.sources import evm_connector, exchange_connector


@dataclass(frozen=True, slots=True)
class _Finding:
    account: str
    source: str
    may: str = ""
    problem: str | None = None
    note: str | None = None


def check(config: ConfigOption = None) -> None:
    """Check the configuration, that every source answers, and what each key may do.

    A key that can withdraw is refused unless its account says allow_withdrawal_keys = true. Exit code 1 when
    something is wrong.
    """
    configuration = load(config)
    asking = Console(stderr=True).status("asking every source; one that does not answer is asked for a minute")
    with asking, ThreadPoolExecutor(max_workers=len(configuration.accounts)) as pool:
        findings = list(pool.map(lambda account: _look(configuration, account), configuration.accounts))
    table = Table("account", "source", "the key may", "answer", title=str(configuration.path), title_justify="left")
    for finding in findings:
        table.add_row(finding.account, finding.source, finding.may, _told(finding))
    console(sys.stdout).print(table)
    if any(finding.problem for finding in findings):
        raise typer.Exit(1)


def _told(finding: _Finding) -> Text:
    if finding.problem:
        return Text(finding.problem, style="red")
    return Text(finding.note, style="yellow") if finding.note else Text("ok", style="green")


def _look(configuration: Configuration, account: AnyAccount) -> _Finding:
    if isinstance(account, CsvAccount):
        path = configuration.resolve(account.path)
        return _Finding(account.name, "csv", problem=None if path.is_file() else f"{path} is not there")
    if isinstance(account, EvmAccount):
        return _look_at_chain(configuration, account)
    source = account.exchange + (" (replayed answers)" if account.replay else "")
    try:
        answer = exchange_connector(configuration, account).check(now=configuration.as_of or datetime.now(UTC))
    except ConfigurationError as error:
        return _Finding(account.name, source, problem=str(error))
    return _Finding(account.name, source, _may(answer), answer.problem, answer.note)


def _look_at_chain(configuration: Configuration, account: EvmAccount) -> _Finding:
    try:
        answer = evm_connector(configuration, account).check()
    except ConfigurationError as error:
        return _Finding(account.name, account.chain, problem=str(error))
    source = f"{account.chain} by {answer.way}" if answer.way else account.chain
    return _Finding(account.name, source, "read" if answer.way else "", answer.problem, answer.note)


def _may(answer: KeyCheck) -> str:
    """`read, trade?`: what it may do, a question mark behind what the venue does not tell."""
    told = (("read", answer.can_read), ("trade", answer.can_trade), ("withdraw", answer.can_withdraw))
    return ", ".join(word + ("?" if may == "unknown" else "") for word, may in told if may != "no")
