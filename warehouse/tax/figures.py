"""Reading a country's figures of one year: files `<folder>/<year>.json`, each with its source.

Belongs here: finding the file. Does not belong here: what a country's figures are.
"""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any


@cache
def read_figures(folder: Path, tax_year: int) -> dict[str, Any] | None:
    """The content of that year's file, numbers as decimals; `None` where that year's figures are not known here."""
    path = folder / f"{tax_year}.json"
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
    return content
