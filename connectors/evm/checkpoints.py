"""What raw already has of an account's chain: which blocks, seen how, and the block hashes that prove them.

Every file says in its metadata which blocks it makes complete. A later file may void what earlier ones say from some
block on: the chain was reorganized there.

Belongs here: reading those marks. Does not belong here: asking a node whether they still hold.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from connectors.evm.found import Sight
from connectors.evm.movements import Token
from connectors.evm.ranges import Blocks, joined, without
from connectors.raw import RawFile, RawStore

STREAM = "transactions"
_ENDLESS = 1 << 62


@dataclass(frozen=True, slots=True)
class Mark:
    """What one file makes complete. `blocks` is `None` where it only takes something back."""

    blocks: Blocks | None
    chain_id: int
    genesis: str
    addresses: frozenset[str]
    sees: frozenset[Sight]
    hashes: dict[int, str]
    tokens: tuple[tuple[str, str, int | None], ...]
    void_from: int | None = None
    decoding: str | None = None
    """What the rows were decoded by, as `Decoder.fingerprint` says it; `None` for files of before it was kept."""
    names: Mapping[str, Token] = field(default_factory=dict)
    """What the tokens of the rows said of themselves, by contract; only those that said all that a name is made of."""

    def extra(self) -> dict[str, str]:
        """The mark as metadata of a file."""
        return {
            "blocks": "" if self.blocks is None else f"{self.blocks.first}-{self.blocks.last}",
            "chain_id": str(self.chain_id),
            "genesis": self.genesis,
            "addresses": ",".join(sorted(self.addresses)),
            "sees": ",".join(sorted(self.sees)),
            "hashes": json.dumps({str(height): block_hash for height, block_hash in sorted(self.hashes.items())}),
            "tokens": json.dumps(self.tokens),
            "void_from": "" if self.void_from is None else str(self.void_from),
            "names": json.dumps({name: [said.symbol, said.name, said.decimals] for name, said in self.names.items()}),
        } | ({} if self.decoding is None else {"decoding": self.decoding})


def mark_of(file: RawFile) -> Mark:
    """The mark that stands in the metadata of `file`."""
    extra = file.extra
    first, _, last = extra["blocks"].partition("-")
    return Mark(
        blocks=Blocks(int(first), int(last)) if first else None,
        chain_id=int(extra["chain_id"]),
        genesis=extra["genesis"],
        addresses=frozenset(extra["addresses"].split(",")),
        sees=frozenset(sight for sight in extra["sees"].split(",") if sight),  # type: ignore[misc]
        hashes={int(height): block_hash for height, block_hash in json.loads(extra["hashes"]).items()},
        tokens=tuple((kind, contract, token_id) for kind, contract, token_id in json.loads(extra["tokens"])),
        void_from=int(extra["void_from"]) if extra["void_from"] else None,
        decoding=extra.get("decoding"),
        names={contract: Token(contract, *said) for contract, said in json.loads(extra.get("names", "{}")).items()},
    )


class History:
    """All marks of an account, as they stand after one another."""

    def __init__(self, store: RawStore, account: str) -> None:
        self._files = sorted(store.files(account, STREAM), key=lambda file: (file.fetched_at, file.path.name))
        self.marks = [mark_of(file) for file in self._files]

    def covered(self, addresses: Collection[str], sees: Collection[Sight], decoding: str) -> list[Blocks]:
        """The blocks that are complete for exactly these addresses, decoded so, with at least these sights."""
        ranges: list[Blocks] = []
        for mark in self.marks:
            ranges = _below(ranges, mark.void_from)
            if mark.blocks is None:
                continue
            is_ours = (mark.addresses, mark.decoding) == (frozenset(addresses), decoding)
            fits = is_ours and mark.sees >= frozenset(sees)
            ranges = (
                [*ranges, mark.blocks] if fits else [part for old in ranges for part in without(old, [mark.blocks])]
            )
        return joined(ranges)

    def hashes(self) -> dict[int, str]:
        """The block hashes that were last seen, and not voided since."""
        known: dict[int, str] = {}
        for mark in self.marks:
            if mark.void_from is not None:
                known = {height: block_hash for height, block_hash in known.items() if height < mark.void_from}
            known |= mark.hashes
        return known

    def tokens(self) -> set[tuple[str, str, int | None]]:
        """Every token that ever moved: kind, contract and, where it has one, number."""
        return {token for mark in self.marks for token in mark.tokens}

    def names(self) -> dict[str, Token]:
        """What each token said of itself when it was first met: a contract may call itself otherwise later."""
        return {contract: said for mark in reversed(self.marks) for contract, said in mark.names.items()}

    def booked(self) -> dict[str, int]:
        """The block of every row that raw has, by id; rows that were taken back are left out."""
        rows: dict[str, int] = {}
        for file in self._files:
            table = pq.read_table(file.path, columns=["id", "status", "payload"])
            for name, status, payload in zip(
                *(table[column].to_pylist() for column in table.column_names), strict=True
            ):
                if status == "canceled":
                    rows.pop(name, None)
                else:
                    rows[name] = int(json.loads(payload)["block"])
        return rows


def _below(ranges: Iterable[Blocks], void_from: int | None) -> list[Blocks]:
    if void_from is None:
        return list(ranges)
    return [rest for part in ranges for rest in without(part, [Blocks(void_from, _ENDLESS)])]
