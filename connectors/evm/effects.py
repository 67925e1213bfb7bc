"""What one transaction moved from, to or between some addresses, read from the transaction and its receipt. Pure.

Belongs here: a transaction into movements. Does not belong here: asking for any of it, and what it means.

A deposit into and a withdrawal from WETH write no Transfer: they are movements from and to nobody, where the contract
is known to be a wrapper of the chain's coin (`wrappers`). Anyone may write any log, so an event that only looks alike
is not taken for one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from connectors.evm.chains import Chain
from connectors.evm.hexes import address, address_in, holder, number, words
from connectors.evm.movements import Movement, MovementKind
from connectors.evm.operations import Operation
from connectors.evm.topics import BATCH, DEPOSIT, SINGLE, TRANSFER, WITHDRAWAL

Json = Mapping[str, Any]
_DEPOSIT_TRANSACTION, _ARBITRUM_DEPOSIT = 0x7E, 0x64


def movements_of(
    transaction: Json,
    receipt: Json,
    operations: Iterable[Operation],
    *,
    chain: Chain,
    owned: Collection[str],
    wrappers: Collection[str],
) -> list[Movement]:
    """The movements of one transaction that concern `owned`, in the block's order."""
    moved = [
        *_own_value(transaction, receipt),
        *_fees(transaction, receipt),
        *(_internal(transaction, operations) if not is_failed(receipt) else ()),
        *_tokens(receipt["logs"], chain, wrappers),
    ]
    return [each for each in moved if each.from_address in owned or each.to_address in owned]


def is_failed(receipt: Json) -> bool:
    """Whether the transaction failed. Before Byzantium receipts tell no status; then it is not known to have failed."""
    return "status" in receipt and receipt["status"] is not None and number(receipt["status"]) == 0


def wrapper_suspects(receipt: Json, owned: Collection[str]) -> set[str]:
    """The contracts that wrote what a wrapper of the chain's coin writes, about one of `owned`."""
    return {
        log["address"].lower()
        for log in receipt["logs"]
        if len(log["topics"]) == 2  # noqa: PLR2004 -- the event and its indexed address
        and log["topics"][0] in {DEPOSIT, WITHDRAWAL}
        and address_in(log["topics"][1]) in owned
    }


def _tokens(logs: Iterable[Json], chain: Chain, wrappers: Collection[str]) -> list[Movement]:
    """Some wrappers write a Transfer beside their Deposit or Withdrawal: it is told once."""
    told = [(log["topics"], each) for log in logs for each in of_log(log, chain=chain, wrappers=wrappers)]
    transfers = Counter(_what(each) for topics, each in told if topics[0] not in {DEPOSIT, WITHDRAWAL})
    moved = []
    for topics, each in told:
        if topics[0] in {DEPOSIT, WITHDRAWAL} and transfers[_what(each)] > 0:
            transfers[_what(each)] -= 1
        else:
            moved.append(each)
    return moved


def _what(movement: Movement) -> tuple[str | None, str | None, str | None, int]:
    return movement.contract, movement.from_address, movement.to_address, movement.amount


def of_log(log: Json, *, chain: Chain, wrappers: Collection[str]) -> Iterator[Movement]:
    """The movements that one log tells."""
    topics, contract = log["topics"], log["address"].lower()
    if not topics or contract in chain.mirrors or log.get("removed"):
        return
    event, data = topics[0], words(log["data"])
    if event == TRANSFER:
        yield from _transfer(log, contract, topics, data, is_numbered=contract in chain.numbered)
    elif event in {SINGLE, BATCH} and len(topics) == 4:  # noqa: PLR2004 -- the event, who did it, from, to
        ends = address_in(topics[2]), address_in(topics[3])
        for place, (token_id, amount) in enumerate(_several(data) if event == BATCH else _one(data)):
            yield from _token("erc1155", log, contract, ends, amount, token_id=token_id, place=(place,))
    elif event in {DEPOSIT, WITHDRAWAL} and contract in wrappers and len(topics) == 2 and len(data) == 1:  # noqa: PLR2004
        who = address_in(topics[1])
        yield from _token("erc20", log, contract, (None, who) if event == DEPOSIT else (who, None), data[0])


def _transfer(log: Json, contract: str, topics: list[str], data: list[int], *, is_numbered: bool) -> Iterator[Movement]:
    """The same event tells an amount, or with a fourth topic a token's number; old contracts index nothing."""
    if len(topics) == 4:  # noqa: PLR2004
        ends = address_in(topics[1]), address_in(topics[2])
        yield from _token("erc721", log, contract, ends, 1, token_id=int(topics[3], 16))
    elif len(topics) == 3 and len(data) == 1:  # noqa: PLR2004
        yield from _token("erc20", log, contract, (address_in(topics[1]), address_in(topics[2])), data[0])
    elif len(topics) == 1 and len(data) == 3:  # noqa: PLR2004
        ends = holder(f"0x{data[0]:040x}"), holder(f"0x{data[1]:040x}")
        if is_numbered:
            yield from _token("erc721", log, contract, ends, 1, token_id=data[2])
        else:
            yield from _token("erc20", log, contract, ends, data[2])


def _token(
    kind: MovementKind,
    log: Json,
    contract: str,
    ends: tuple[str | None, str | None],
    amount: int,
    *,
    token_id: int | None = None,
    place: tuple[int, ...] = (),
) -> Iterator[Movement]:
    if amount:
        yield Movement(
            kind=kind,
            block_number=number(log["blockNumber"]),
            position=(number(log["logIndex"]), *place),
            tx_hash=log["transactionHash"].lower(),
            contract=contract,
            token_id=token_id,
            from_address=ends[0],
            to_address=ends[1],
            amount=amount,
        )


def _one(data: list[int]) -> Iterator[tuple[int, int]]:
    if len(data) == 2:  # noqa: PLR2004
        yield data[0], data[1]


def _several(data: list[int]) -> Iterator[tuple[int, int]]:
    """Two dynamic arrays: where each begins in bytes, then its length and its numbers."""
    arrays = []
    for offset in data[:2]:
        start = offset // 32
        if offset % 32 or start >= len(data) or start + 1 + data[start] > len(data):
            return
        arrays.append(data[start + 1 : start + 1 + data[start]])
    if len(arrays) == 2 and len(arrays[0]) == len(arrays[1]):  # noqa: PLR2004
        yield from zip(*arrays, strict=True)


def _own_value(transaction: Json, receipt: Json) -> Iterator[Movement]:
    index, sender = number(transaction["transactionIndex"]), address(transaction["from"])
    amount = number(transaction["value"])
    minted = _minted(transaction, amount)
    if minted:
        yield _coins("native", transaction, (index, 1), (None, sender), minted)
    if amount and not is_failed(receipt):
        target = address(transaction.get("to")) or address(receipt.get("contractAddress"))
        yield _coins("native", transaction, (index, 0), (sender, target), amount)


def _minted(transaction: Json, amount: int) -> int:
    """What a deposit from the first layer brings its sender, before it is sent on."""
    kind = number(transaction.get("type") or "0x0")
    if kind == _ARBITRUM_DEPOSIT:
        return amount
    return number(transaction.get("mint") or "0x0") if kind == _DEPOSIT_TRANSACTION else 0


def _fees(transaction: Json, receipt: Json) -> Iterator[Movement]:
    index, sender = number(transaction["transactionIndex"]), address(transaction["from"])
    if transaction.get("feeCurrency"):  # Celo: paid in a token, whose logs tell it
        return
    price = number(receipt.get("effectiveGasPrice") or transaction.get("gasPrice") or "0x0")
    blobs = number(receipt.get("blobGasUsed") or "0x0") * number(receipt.get("blobGasPrice") or "0x0")
    fees: tuple[tuple[MovementKind, int], ...] = (
        ("gas", price * number(receipt["gasUsed"]) + blobs),
        ("l2_fee", number(receipt.get("l1Fee") or "0x0") + _operator_fee(receipt)),
    )
    for kind, amount in fees:
        if amount:
            yield _coins(kind, transaction, (index,), (sender, None), amount)


def _operator_fee(receipt: Json) -> int:
    """What rollups of the OP stack charge for their operator: gas used by a scalar in millionths, and a constant."""
    scalar, constant = receipt.get("operatorFeeScalar"), receipt.get("operatorFeeConstant")
    if scalar is None and constant is None:
        return 0
    return number(receipt["gasUsed"]) * number(scalar or "0x0") // 10**6 + number(constant or "0x0")


def _internal(transaction: Json, operations: Iterable[Operation]) -> Iterator[Movement]:
    index = number(transaction["transactionIndex"])
    for operation in operations:
        yield _coins(
            "self_destruct" if operation.is_self_destruct else "internal",
            transaction,
            (index, *operation.place),
            (operation.from_address, operation.to_address),
            operation.amount,
        )


def _coins(
    kind: MovementKind,
    transaction: Json,
    position: tuple[int, ...],
    ends: tuple[str | None, str | None],
    amount: int,
) -> Movement:
    return Movement(
        kind=kind,
        block_number=number(transaction["blockNumber"]),
        position=position,
        tx_hash=transaction["hash"].lower(),
        contract=None,
        token_id=None,
        from_address=ends[0],
        to_address=ends[1],
        amount=amount,
    )
