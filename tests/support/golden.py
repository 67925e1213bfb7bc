"""The official worked examples of tests/golden/tax_examples.json, by id.

Belongs here: finding them. Does not belong here: what the program makes of them; each room's tests say that.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "golden" / "tax_examples.json"


@cache
def _examples() -> dict[str, dict[str, Any]]:
    return {example["id"]: example for example in json.loads(_FILE.read_text(encoding="utf-8"))["examples"]}


def golden_example(example_id: str) -> dict[str, Any]:
    """The example with that id: `inputs`, `expected`, `source`, `verification`; amounts are decimal strings."""
    return _examples()[example_id]


def golden_ids(prefix: str) -> list[str]:
    """The ids that begin with `prefix`, in the file's order. None at all is a mistake of the caller."""
    found = [example_id for example_id in _examples() if example_id.startswith(prefix)]
    assert found, f"no example's id begins with {prefix!r}"
    return found
