"""The tree is kept: lint, types, definitions, and nothing in it that does not belong."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{' '.join(str(part) for part in command)}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    "command", [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("dg", "check", "defs")], ids=" ".join
)
def test_tool__over_the_whole_tree__finds_nothing(command: tuple[str, ...]) -> None:
    _run(BIN / command[0], *command[1:])


def test_locks__hold_no_address() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "requirements-dev.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert re.search(r"^-", text, flags=re.MULTILINE) is None, "an option line, such as an index"


def test_locks__every_version_is_hashed() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "requirements-dev.lock"):
        blocks = re.split(r"^(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
        pinned = [block for block in blocks if "==" in block]
        assert len(pinned) > 50
        assert all("--hash=sha256:" in block for block in pinned)
