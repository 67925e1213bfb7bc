"""`lotkeeper explain`: where a figure comes from, down to the row as it was received.

Belongs here: showing the tree. Does not belong here: walking the tables (`warehouse/explaining.py`).
"""

import json
import sys
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from pipelines.commands.options import ConfigOption, load
from pipelines.commands.printing import console, exact, units
from pipelines.commands.published import open_published
from pipelines.configuration import ConfigurationError
from warehouse.explaining import Explainer, Node
from warehouse.queries import select_rows


class TreeFormat(StrEnum):
    """How a tree is printed."""

    tree = "tree"
    json = "json"


def explain(
    name: Annotated[str, typer.Argument(metavar="ID", help="A disposal, lot, transfer, transaction or problem.")],
    config: ConfigOption = None,
    output_format: Annotated[
        TreeFormat, typer.Option("--format", help="Figures have every digit; in json they are strings.")
    ] = TreeFormat.tree,
) -> None:
    """Show what a figure rests on: lots, postings with the source of their value, and the raw row as received.

    ID is any id that the tables and commands show: of a disposal (a line of Form 8949 is one), a lot (a candidate is
    one), a transfer, a posting, a transaction or a problem.
    """
    configuration = load(config)
    with open_published(configuration) as connection:
        node = Explainer(connection, configuration.paths.raw).explain(name)
        near = [] if node is not None else select_rows(connection, "find_near_ids", {"id": name})["id"].to_pylist()
    if node is None:
        raise ConfigurationError(f"the book has nothing of the id {name}. The nearest ids: {', '.join(near)}")
    if output_format is TreeFormat.json:
        sys.stdout.write(json.dumps(node.as_json(), default=exact, ensure_ascii=False, indent=2) + "\n")
    else:
        console(sys.stdout).print(_tree(node))


def _tree(node: Node) -> Tree:
    tree = Tree(_label(node))
    _grow(tree, node)
    return tree


def _grow(branch: Tree, node: Node) -> None:
    for key, value in node.facts.items():
        if key == "payload" and isinstance(value, dict | list):
            branch.add(Text(json.dumps(value, ensure_ascii=False, indent=2)))
        elif key not in _IDS:
            branch.add(Text.assemble((f"{key}  ", "dim"), _value(key, value)))
    for child in node.children:
        if child.children or "payload" in child.facts:
            _grow(branch.add(_label(child)), child)
        else:
            branch.add(_line(child))


_IDS = frozenset({"disposal_id", "lot_id", "transfer_id", "transaction_id", "posting_id", "problem_id", "event_id"})


def _label(node: Node) -> Text:
    """What it is, and the first id that it has."""
    ids = [str(node.facts[key]) for key in node.facts if key in _IDS]
    return Text.assemble((node.title, "bold"), "  " if ids else "", (ids[0] if ids else "", "cyan"))


def _line(node: Node) -> Text:
    """Something that rests on nothing further, on one line."""
    line = _label(node)
    for key, value in node.facts.items():
        if key not in _IDS:
            line.append_text(Text.assemble((f"  {key} ", "dim"), _value(key, value)))
    return line


def _value(key: str, value: Any) -> Text:
    if isinstance(value, Decimal):
        shown = units(value)
        return Text.assemble(shown, " USD") if key.endswith("_usd") else shown
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M:%S} UTC")
    return Text(exact(value))
