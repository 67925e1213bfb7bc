"""`lotkeeper check`: the configuration, the keys, what they may do, and whether every source answers.

Belongs here: asking each source once and showing the answers. Does not belong here: how a venue is asked.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import typer
from rich.table import Table
from rich.text import Text

from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import console
from pipelines.configuration import Configuration, ConfigurationError, CsvAccount, ExchangeAccount
from pipelines.sources import exchange_connector


@dataclass(frozen=True, slots=True)
class _Finding:
    account: str
    source: str
    may: str
    problem: str | None


def check(config: ConfigOption = None) -> None:
    """Check the configuration, that every source answers, and what each key may do.

    A key that can withdraw is refused unless its account says allow_withdrawal_keys = true. Exit code 1 when
    something is wrong.
    """
    configuration = load(config)
    with ThreadPoolExecutor(max_workers=len(configuration.accounts)) as pool:
        findings = list(pool.map(lambda account: _look(configuration, account), configuration.accounts))
    table = Table("account", "source", "the key may", "answer", title=str(configuration.path), title_justify="left")
    for finding in findings:
        answer = Text(finding.problem, style="red") if finding.problem else Text("ok", style="green")
        table.add_row(finding.account, finding.source, finding.may, answer)
    console(sys.stdout).print(table)
    if any(finding.problem for finding in findings):
        raise typer.Exit(1)


def _look(configuration: Configuration, account: ExchangeAccount | CsvAccount) -> _Finding:
    if isinstance(account, CsvAccount):
        path = configuration.resolve(account.path)
        return _Finding(account.name, "csv", "", None if path.is_file() else f"{path} is not there")
    source = account.exchange + (" (recorded answers)" if account.replay else "")
    try:
        answer = exchange_connector(configuration, account).check(now=configuration.as_of or datetime.now(UTC))
    except ConfigurationError as error:
        return _Finding(account.name, source, "", str(error))
    return _Finding(account.name, source, answer.may, answer.problem)
