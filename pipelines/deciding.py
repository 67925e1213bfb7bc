"""Writing overrides.toml: one decision at a time, whole or not at all, and everything else as a person wrote it.

The file is edited as lines, so comments, order and spacing stay. Before anything is written, the new text is read
again: it must say what was decided and, of everything else, what it said before.

Belongs here: adding, replacing and taking back an entry. Does not belong here: what may be decided (`overrides.py`).
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from filelock import FileLock

from connectors.raw import make_private
from pipelines.configuration import Configuration, ConfigurationError
from pipelines.overrides import contradicts, parse_overrides
from warehouse.decisions import EventOverride, OpeningLot, Overrides, PairOverride, PriceOverride, SameOverride
from warehouse.publish import OWNER_ONLY, replace_file

Decision = EventOverride | PairOverride | SameOverride | PriceOverride | OpeningLot

_HEADER = """\
# What you decided about single events: written by `lotkeeper resolve`, and by hand if you like. Each entry names its
# event and the event's fingerprint, so it stops counting, and says so, when the event becomes another one.
"""

_KEY = re.compile(r"^\s*([a-z_]+)\s*=\s*(.*)$")
_LINE_NUMBER = re.compile(r"^.*overrides\.toml:\d+: ", re.MULTILINE)


def write_decision(configuration: Configuration, table: str, values: Mapping[str, Any]) -> str:
    """Put one entry into overrides.toml, in place of one about the same thing, and return the entry as it stands there.

    Raises `ConfigurationError` where the file would then hold a mistake; then it is as it was.
    """
    wanted = {key: _literal(value) for key, value in values.items() if value is not None}
    with _only_one(configuration):
        text = _read(configuration)
        (decided,) = _decisions(_checked(f"[[{table}]]\n{_lines_of(wanted)}", configuration))
        before = _decisions(parse_overrides(text, configuration))
        _refuse_contradiction(decided, before)
        lines = text.splitlines()
        same = [known for known in before if _subject(known) == _subject(decided)]
        if same:
            start, end = _block(lines, same[0].line)
            entry = [lines[start], *_changed(lines[start + 1 : end], wanted)]
            lines[start:end] = entry
        else:
            entry = [f"[[{table}]]", *_lines_of(wanted).splitlines()]
            lines += ["", *entry]
        kept = [known for known in before if known not in same]
        _write(configuration, lines, [*kept, decided])
    return "\n".join(entry)


def take_back(configuration: Configuration, subject: str) -> list[str]:
    """Remove all that is decided about a transaction, or the override of that id; returns the ids of what was removed.

    A pair, and what two transactions tell of one event, are about both.
    """
    with _only_one(configuration):
        text = _read(configuration)
        before = _decisions(parse_overrides(text, configuration))
        removed = [known for known in before if subject in _names(known)]
        lines = text.splitlines()
        for known in sorted(removed, key=lambda known: known.line, reverse=True):
            start, end = _block(lines, known.line)
            if end < len(lines) and not lines[end].strip():
                end += 1
            del lines[start:end]
        if removed:
            _write(configuration, lines, [known for known in before if known not in removed])
    return sorted(known.override_id for known in removed)


def _decisions(overrides: Overrides) -> list[Decision]:
    return [*overrides.events, *overrides.pairs, *overrides.sames, *overrides.prices, *overrides.opening_lots]


def _subject(decision: Decision) -> tuple[type, str]:
    """What a decision is about, whatever it says of it."""
    return type(decision), decision.override_id.partition(":")[2]


def _names(decision: Decision) -> set[str]:
    """What a person may call a decision by: its id, and the transactions that it is about."""
    return {decision.override_id, decision.override_id.partition(":")[2], *_transactions(decision)}


def _transactions(decision: Decision) -> tuple[str, ...]:
    if isinstance(decision, PairOverride):
        return decision.from_transaction_id, decision.to_transaction_id
    if isinstance(decision, SameOverride):
        return decision.transaction_id, decision.other_transaction_id
    return () if isinstance(decision, PriceOverride) else (decision.transaction_id,)


def _refuse_contradiction(decided: Decision, before: Sequence[Decision]) -> None:
    """Raise `ConfigurationError` where an end of a transfer is said to be something else, and name the older word."""
    for known in before:
        for pair, event in ((decided, known), (known, decided)):
            if not isinstance(pair, PairOverride) or not isinstance(event, EventOverride):
                continue
            if contradicts(pair, event):
                words = "ignored" if event.is_ignored else f"said to be {event.kind!r}"
                told = " and ".join(_transactions(pair)) + " are paired" if known is pair else f"it is {words}"
                raise ConfigurationError(
                    f"{event.transaction_id}: {told}. Take that back first: "
                    f"lotkeeper resolve {shlex.quote(known.override_id)} --undo"
                )


def _checked(text: str, configuration: Configuration) -> Overrides:
    """One entry alone; what is wrong with it is told without a line, since it stands nowhere yet."""
    try:
        return parse_overrides(text, configuration)
    except ConfigurationError as error:
        raise ConfigurationError(_LINE_NUMBER.sub("", str(error))) from error


def _block(lines: Sequence[str], line: int) -> tuple[int, int]:
    """From the header in `line` (from 1) to behind its last key; comments before the next header belong to that."""
    start = line - 1
    end = last = start + 1
    while end < len(lines) and not lines[end].lstrip().startswith("["):
        end += 1
        if _KEY.match(lines[end - 1]):
            last = end
    return start, last


def _changed(lines: Sequence[str], wanted: Mapping[str, str]) -> list[str]:
    """The lines of an entry with the values `wanted`: what says so already, comments and the note stay as they are."""
    left = dict(wanted)
    changed = []
    for line in lines:
        key = _KEY.match(line)
        if key is None:
            changed.append(line)
        elif key.group(1) in left:
            value = left.pop(key.group(1))
            is_same = key.group(2) == value or key.group(2).startswith((f"{value} ", f"{value}\t", f"{value}#"))
            changed.append(line if is_same else f"{key.group(1)} = {value}")
        elif key.group(1) == "note":
            changed.append(line)
    return [*changed, *_lines_of(left).splitlines()]


def _lines_of(wanted: Mapping[str, str]) -> str:
    return "".join(f"{key} = {value}\n" for key, value in wanted.items())


def _literal(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def _read(configuration: Configuration) -> str:
    path = configuration.overrides_path
    return path.read_text(encoding="utf-8") if path.is_file() else _HEADER


def _write(configuration: Configuration, lines: Sequence[str], expected: Sequence[Decision]) -> None:
    """Replace the file in one rename, once the new text is known to say what is `expected` and nothing else."""
    path = configuration.overrides_path
    text = "\n".join(lines).rstrip() + "\n"
    found = _decisions(parse_overrides(text, configuration))
    if _said(found) != _said(expected):
        raise ConfigurationError(f"{path} is written in a way that this command can not edit: edit it by hand")
    mode = path.stat().st_mode & 0o777 if path.is_file() else OWNER_ONLY
    replace_file(path, BytesIO(text.encode()), mode=mode)


def _said(decisions: Sequence[Decision]) -> set[Decision]:
    """What is said, wherever it stands; a note that was kept is no decision."""
    return {replace(decision, line=0, note=None) for decision in decisions}


def _only_one(configuration: Configuration) -> FileLock:
    make_private(configuration.paths.data)
    return FileLock(configuration.paths.data / ".overrides.lock", mode=0o600, timeout=30)
