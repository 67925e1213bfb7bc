"""Blocks in which an address changed beyond what was found: read whole, and what still stays over told as such.

First the block's own transactions and gifts are read, then what contracts moved in it, where the node can tell. What a
balance then still shows is a movement of its own: its amount and block are certain, its transaction is only named if a
single one of the block can have done it.

Belongs here: closing what the proof left open. Does not belong here: the proof (`proof.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.evm.blocks import concerns, given, transactions_of
from connectors.evm.found import Found
from connectors.evm.hexes import address, number
from connectors.evm.movements import Happening, Movement
from connectors.evm.proof import Explained, States, unexplained
from connectors.evm.ranges import Blocks
from connectors.evm.reading import Reader, by_block, place_of

Json = Mapping[str, Any]
_UNTOLD = "the node tells no internal transfers: this amount is the change of the balance in the block"
_LAST = 1 << 30
"""The place of what has none in its transaction: behind everything."""


def close(
    reader: Reader, states: States, happenings: Sequence[Happening], owned: Collection[str], blocks: Blocks
) -> list[Happening]:
    """`happenings` and what was missing of them, so that they add up to the balances of `owned`, in order.

    Raises `SourceError`.
    """
    known = {happening.facts.tx_hash: happening for happening in happenings if happening.facts.tx_hash}
    given_blocks = [happening for happening in happenings if not happening.facts.tx_hash]
    open_blocks = unexplained(states, Explained(happenings, owned), owned, blocks)
    heights = sorted(open_blocks)
    whole = dict(zip(heights, reader.blocks(heights, is_full=True), strict=True))

    found = Found(blocks={height for height, block in whole.items() if concerns(block, owned)})
    for block in whole.values():
        found.touching |= transactions_of(block, owned)
    _take(known, given_blocks, reader.read(found))

    open_blocks = _still_open(states, [*known.values(), *given_blocks], open_blocks)
    if reader.teller is not None and open_blocks:
        hashes = {row["hash"].lower() for height in open_blocks for row in whole[height]["transactions"]}
        told = reader.ask_internal(hashes)
        ours = {
            tx_hash: rows
            for tx_hash, rows in told.items()
            if any(row.from_address in owned or row.to_address in owned for row in rows)
        }
        _take(known, given_blocks, reader.read(Found(touching=set(ours), operations=ours)))
        open_blocks = _still_open(states, [*known.values(), *given_blocks], open_blocks)

    for height, owners in sorted(open_blocks.items()):
        doubted = set(owners)
        if reader.teller == "ots_getInternalOperations":  # it tells what failed frames moved too
            _leave_out_internal(known, height)
            doubted = set(owned)
        for owner in sorted(doubted):
            here = [each for each in (*known.values(), *given_blocks) if each.facts.block_number == height]
            rest = _rest(states, here, owner, height)
            if rest:
                _book(reader, known, given_blocks, whole[height], owner, rest)
    return sorted([*(each for each in known.values() if each.movements), *given_blocks], key=place_of)


def _leave_out_internal(known: dict[str, Happening], height: int) -> None:
    for tx_hash, happening in known.items():
        if happening.facts.block_number == height:
            kept = tuple(each for each in happening.movements if each.kind not in {"internal", "self_destruct"})
            known[tx_hash] = replace(happening, movements=kept)


def _take(known: dict[str, Happening], gifts: list[Happening], news: Sequence[Happening]) -> None:
    for happening in news:
        if happening.facts.tx_hash:
            known[happening.facts.tx_hash] = happening
        elif all(happening.facts.block_number != gift.facts.block_number for gift in gifts):
            gifts.append(happening)


def _still_open(
    states: States, happenings: Sequence[Happening], open_blocks: Mapping[int, set[str]]
) -> dict[int, set[str]]:
    of_block = by_block(happenings)
    still = {
        height: {owner for owner in owners if _rest(states, of_block.get(height, []), owner, height)}
        for height, owners in open_blocks.items()
    }
    return {height: owners for height, owners in still.items() if owners}


def _rest(states: States, happenings: Sequence[Happening], owner: str, height: int) -> int:
    """What the balance of `owner` changed in a block beyond `happenings`, which are all of that block."""
    states.learn([(owner, height - 1), (owner, height)])
    change = states.at(owner, height).balance - states.at(owner, height - 1).balance
    return change - Explained(happenings, {owner}).until(owner, height).balance


def _book(  # noqa: PLR0917 -- a step of `close` in its own words
    reader: Reader,
    known: dict[str, Happening],
    gifts: list[Happening],
    block: Json,
    owner: str,
    rest: int,
) -> None:
    """Add what stays over to the one transaction that can have moved it, or to the block."""
    height = number(block["number"])
    if address(block["miner"]) == owner and rest > 0:
        moved = given("block_reward", height, (len(gifts), 1), owner, rest)
        gifts.append(Happening(reader.block_facts(block, [moved]), (moved,)))
        return
    able = reader.able_to_move(block)
    only, index = able[0] if len(able) == 1 else (None, len(block["transactions"]))
    source, target = (None, owner) if rest > 0 else (owner, None)
    moved = Movement(
        kind="internal",
        block_number=height,
        position=(index, _LAST),
        tx_hash=only,
        contract=None,
        token_id=None,
        from_address=source,
        to_address=target,
        amount=abs(rest),
    )
    if only is not None:
        old = known.get(only) or Happening(reader.facts_of(only), ())
        known[only] = replace(old, movements=(*old.movements, moved), notes=(*old.notes, _UNTOLD))
    else:
        note = f"{_UNTOLD}, and several of its transactions can have moved it"
        gifts.append(Happening(reader.block_facts(block, [moved]), (moved,), (note,)))
