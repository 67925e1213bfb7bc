"""`lotkeeper init`: a commented lotkeeper.toml to fill in.

Belongs here: writing the template. Does not belong here: reading it.
"""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.configuration import CONFIGURATION_NAME


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write lotkeeper.toml.")] = Path(),
) -> None:
    """Write a commented lotkeeper.toml into FOLDER (here, unless said otherwise). Nothing is overwritten."""
    console = Console(soft_wrap=True)
    path = folder / CONFIGURATION_NAME
    template = files("pipelines").joinpath("template.toml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError:
        Console(stderr=True).print(f"{path} is there already; nothing was written", style="red", highlight=False)
        raise typer.Exit(1) from None
    except OSError as error:
        Console(stderr=True).print(f"{path} can not be written: {error.strerror}", style="red", highlight=False)
        raise typer.Exit(2) from None
    console.print(f"wrote {path}\nfill in your accounts, put the keys it names into .env, then: lotkeeper check")
