"""What a build's figures come from, as hashes: raw files by their names, settings one by one, the code.

Belongs here: finding and hashing them. Does not belong here: what differs between two builds (`record.py`).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from connectors.raw import RawStore
from warehouse.raw_files import NOT_TRANSACTIONS, PRICES_ACCOUNT, since_last_snapshot
from warehouse.settings import BookSettings
from warehouse.tax.history.record import Inputs, Source

_WAREHOUSE = Path(__file__).parents[2]
_CODE = frozenset({".py", ".sql", ".json"})
_RECORDS = frozenset({"record_path", "year_record_path"})
_DIGITS = 16


def read_inputs(raw_root: Path, settings: BookSettings) -> Inputs:
    """The inputs as they stand now. A raw file's name ends in the hash of its bytes, so names are enough."""
    names = [*(account.name for account in settings.accounts), PRICES_ACCOUNT]
    sources = {name: _source(RawStore(raw_root), name) for name in sorted(names)}
    return Inputs(
        sources={name: source for name, source in sources.items() if source.files},
        settings={
            field.name: _digest([json.dumps(_plain(getattr(settings, field.name)), sort_keys=True)])
            for field in fields(settings)
            if field.name not in _RECORDS
        },
        code=f"{version('lotkeeper')}+{_code_digest()}",
    )


def inputs_hash(inputs: Inputs) -> str:
    """One hash of all of it."""
    return _digest([json.dumps(_plain(inputs), sort_keys=True)])


def _source(store: RawStore, account: str) -> Source:
    """The files that have rows: one that only says what it covers changes no figure."""
    held: list[tuple[str, int]] = []
    for stream in store.streams(account):
        if stream not in NOT_TRANSACTIONS:
            files = sorted(store.files(account, stream), key=lambda file: (file.fetched_at, file.path.name))
            for file in since_last_snapshot(files):
                rows = pq.read_metadata(file.path).num_rows
                if rows:
                    held.append((f"{stream}/{file.path.name}", rows))
    return Source(len(held), sum(rows for _, rows in held), _digest(name for name, _ in held))


@cache
def _code_digest() -> str:
    """The hash of what computes the books."""
    digest = hashlib.sha256()
    for path in sorted(path for path in _WAREHOUSE.rglob("*") if path.suffix in _CODE):
        digest.update(path.relative_to(_WAREHOUSE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:8]


def _plain(value: Any) -> Any:
    """The value as JSON says it: what is in a file instead of its name, what has no order in order."""
    if isinstance(value, Path):
        return hashlib.sha256(value.read_bytes()).hexdigest() if value.is_file() else "no file"
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(_plain(part), sort_keys=True) for part in value)
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | int | bool | None) else str(value)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]
