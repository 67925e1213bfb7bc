"""`lotkeeper forms`: the files of a tax year's filing, in a folder.

Belongs here: the options, writing whole files or none, and saying what was written. Does not belong here: what is in
them (`warehouse/filing`).
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from connectors.raw import make_private
from pipelines.commands.options import AsOfOption, ConfigOption, clock, load
from pipelines.commands.printing import console
from pipelines.commands.published import open_published
from pipelines.configuration import ConfigurationError
from pipelines.sources import book_settings

OWNER_ONLY = 0o600


def forms(
    *,
    year: Annotated[int, typer.Option(help="The tax year.")],
    output: Annotated[Path, typer.Option(help="The folder for the files, made if need be; files in it are replaced.")],
    config: ConfigOption = None,
    as_of: AsOfOption = None,
) -> None:
    """Write what a US return needs: Form 8949 as PDF, CSV and TXF, Schedule D, and a page with everything in order.

    Exits with 1 where something is missing: the files then say on every page that they are not ready to be filed.
    """
    from warehouse.filing.files import filing_of  # noqa: PLC0415 - writing PDFs takes time to import

    configuration = load(config)
    with open_published(configuration) as connection:
        try:
            filing = filing_of(
                connection,
                tax_year=year,
                settings=book_settings(configuration),
                made_at=clock(configuration, as_of),
            )
        except ValueError as error:
            raise ConfigurationError(str(error)) from error
    write_folder(output, filing.files)
    shown = console(sys.stdout)
    shown.print(f"{output}: {len(filing.files)} files, {filing.row_count:,} rows of Form 8949; begin with return.md")
    for warning in filing.warnings:
        shown.print(Text(warning, "yellow"))
    if filing.missing:
        shown.print(Text(f"{year} is not ready to be filed: {'; '.join(filing.missing)}", "red"))
        raise typer.Exit(1)


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Write all files beside the folder first, then put each in its place: a failure leaves what was there.

    Raises `ConfigurationError` where the folder can not be written.
    """
    try:
        make_private(folder)
        partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder))
        try:
            for name, content in files.items():
                path = partial / name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.write_bytes(content)
                path.chmod(OWNER_ONLY)
            for name in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                os.replace(partial / name, folder / name)  # noqa: PTH105 - says that it replaces
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise ConfigurationError(f"{folder} can not be written: {error}") from error
