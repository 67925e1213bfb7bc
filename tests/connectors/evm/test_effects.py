"""What no test chain has: rollups' fees, validators' withdrawals, blocks that were mined; logs that only look right."""

from dataclasses import replace
from typing import Any

import pytest

from connectors.evm.blocks import gifts_of
from connectors.evm.chains import Chain
from connectors.evm.effects import is_failed, movements_of
from connectors.evm.hexes import text_in, topic_of
from connectors.evm.movements import Movement
from connectors.evm.operations import operations_of_traces
from connectors.evm.refusals import (
    ExecutionFailedError,
    MethodMissingError,
    NodeRefusalError,
    RangeTooLargeError,
    RateLimitError,
    StateMissingError,
    refusal,
)
from connectors.evm.topics import BATCH, DEPOSIT, TRANSFER

ME, YOU, TOKEN = (f"0x{digit * 40}" for digit in "abc")
CHAIN = Chain("test", 31337, "ETH", 0, mirrors=frozenset({"0x" + "d" * 40}))


def _moved(
    transaction: dict[str, Any] | None = None, *logs: dict[str, Any], wrappers: set[str] | None = None, **receipt: Any
) -> list[Movement]:
    plain = {"hash": "0x1", "blockNumber": "0x5", "transactionIndex": "0x2", "from": ME, "to": YOU, "value": "0x0"}
    told = {"status": "0x1", "gasUsed": "0x64", "effectiveGasPrice": "0x2", "logs": logs}
    return movements_of(
        plain | (transaction or {}), told | receipt, (), chain=CHAIN, owned={ME}, wrappers=wrappers or set()
    )


def _log(*topics: str, data: str = "", address: str = TOKEN) -> dict[str, Any]:
    return {
        "address": address,
        "topics": list(topics),
        "data": f"0x{data}",
        "blockNumber": "0x5",
        "logIndex": "0x7",
        "transactionHash": "0x1",
    }


def _word(number: int) -> str:
    return f"{number:064x}"


def test_fees__of_a_rollup__are_gas_and_apart_what_its_data_costs() -> None:
    moved = _moved(l1Fee="0x3e8", operatorFeeScalar="0x7a120", operatorFeeConstant="0x5")
    assert [(each.kind, each.amount) for each in moved] == [("gas", 200), ("l2_fee", 1000 + 50 + 5)]


def test_fees__with_blobs__cost_both_gases() -> None:
    (gas,) = _moved(blobGasUsed="0x20000", blobGasPrice="0x3")
    assert gas.amount == 200 + 131072 * 3


def test_value__of_a_deposit_from_the_first_layer__is_minted_even_if_it_fails() -> None:
    deposit = {"type": "0x7e", "mint": "0x64", "value": "0x64"}
    minted = (None, ME, 100)
    moved = _moved(deposit, effectiveGasPrice="0x0")
    assert [(each.from_address, each.to_address, each.amount) for each in moved] == [minted, (ME, YOU, 100)]
    moved = _moved(deposit, effectiveGasPrice="0x0", status="0x0")
    assert [(each.from_address, each.to_address, each.amount) for each in moved] == [minted]


def test_deposit_to_arbitrum__is_minted_and_sent_on() -> None:
    moved = _moved({"type": "0x64", "value": "0x64", "to": ME}, effectiveGasPrice="0x0", gasUsed="0x0")
    assert [(each.from_address, each.to_address, each.amount) for each in moved] == [(None, ME, 100), (ME, ME, 100)]


def test_gas__of_arbitrum__has_what_the_first_layer_took_in_it() -> None:
    assert [(each.kind, each.amount) for each in _moved(gasUsedForL1="0x32")] == [("gas", 200)]


def test_gas__of_celo_paid_in_a_token__is_what_the_tokens_logs_tell() -> None:
    fee = _log(TRANSFER, topic_of(ME), topic_of(YOU), data=_word(7))
    assert [(each.kind, each.amount) for each in _moved({"feeCurrency": TOKEN}, fee)] == [("erc20", 7)]
    assert [each.kind for each in _moved({"feeCurrency": None})] == ["gas"]


def test_token__of_erc777__that_writes_its_own_event_beside_the_usual_one__is_told_once() -> None:
    sent = "0x06b541ddaa720db2b10a4d0cdac39b8d360425fc073085fac19bc82614677987"
    logs = (
        _log(sent, topic_of(YOU), topic_of(YOU), topic_of(ME), data=_word(5) + _word(96) + _word(128)),
        _log(TRANSFER, topic_of(YOU), topic_of(ME), data=_word(5)),
    )
    assert [each.amount for each in _moved({}, *logs) if each.kind == "erc20"] == [5]


def test_log__of_a_contract_that_writes_numbers_for_amounts__is_one_of_a_kind() -> None:
    """CryptoKitties indexes nothing: its third word is which cat, and not how many."""
    log = _log(TRANSFER, data=_word(int(YOU, 16)) + _word(int(ME, 16)) + _word(901))
    moved = movements_of(
        {"hash": "0x1", "blockNumber": "0x5", "transactionIndex": "0x2", "from": YOU, "to": TOKEN, "value": "0x0"},
        {"status": "0x1", "gasUsed": "0x64", "effectiveGasPrice": "0x2", "logs": [log]},
        (),
        chain=replace(CHAIN, numbered=frozenset({TOKEN})),
        owned={ME},
        wrappers=set(),
    )
    assert [(each.kind, each.token_id, each.amount) for each in moved] == [("erc721", 901, 1)]


def test_receipt__before_byzantium__is_not_known_to_have_failed() -> None:
    assert not is_failed({"root": "0x12", "gasUsed": "0x1"})
    assert is_failed({"status": "0x0"})


@pytest.mark.parametrize(
    "log",
    [
        _log(TRANSFER, topic_of(YOU), topic_of(ME), data=_word(5), address="0x" + "d" * 40),  # the coin's own mirror
        _log(TRANSFER, topic_of(YOU), topic_of(ME), data=_word(5) + _word(6)),
        _log(TRANSFER, topic_of(YOU), topic_of(ME), data=_word(0)),
        _log(DEPOSIT, topic_of(ME), data=_word(5)),  # of a contract that is no wrapper
        _log(BATCH, topic_of(YOU), topic_of(YOU), topic_of(ME), data=_word(64) + _word(2**200)),
    ],
    ids=["mirror", "two_words", "nothing", "no_wrapper", "array_beyond_its_end"],
)
def test_log__that_only_looks_like_a_movement__is_none(log: dict[str, Any]) -> None:
    assert [each.kind for each in _moved({}, log)] == ["gas"]


def test_log__of_an_old_token_without_indexes__is_read() -> None:
    log = _log(TRANSFER, data=_word(int(YOU, 16)) + _word(int(ME, 16)) + _word(9))
    assert [(each.kind, each.from_address, each.amount) for each in _moved({}, log)][1:] == [("erc20", YOU, 9)]


def test_wrapper__that_writes_both_deposit_and_transfer__is_told_once() -> None:
    logs = (
        _log(DEPOSIT, topic_of(ME), data=_word(5)),
        _log(TRANSFER, topic_of("0x0"), topic_of(ME), data=_word(5)),
    )
    assert [each.amount for each in _moved({}, *logs, wrappers={TOKEN}) if each.kind == "erc20"] == [5]


def test_block__with_withdrawals__gives_them_in_gwei() -> None:
    withdrawals = [{"address": YOU, "amount": "0x1"}, {"address": ME, "amount": "0x7b"}]
    block = {"number": "0x10", "miner": YOU, "withdrawals": withdrawals, "transactions": []}
    (gift,) = gifts_of(block, (), chain_id=1, owned={ME})
    assert (gift.kind, gift.position, gift.amount) == ("withdrawal", (1,), 123 * 10**9)


@pytest.mark.parametrize(("height", "ether"), [(1, 5), (4_370_000, 3), (7_280_000, 2)])
def test_block__that_was_mined__pays_what_it_did_then_with_tips_and_uncles(height: int, ether: int) -> None:
    block = {"number": hex(height), "miner": ME, "difficulty": "0x1", "uncles": ["0x1"], "transactions": []}
    receipt = {"gasUsed": "0x64", "effectiveGasPrice": "0x2"}
    (gift,) = gifts_of(block, [receipt], chain_id=1, owned={ME})
    assert gift.amount == ether * 10**18 + ether * 10**18 // 32 + 200


def test_traces__below_a_frame_that_failed__moved_nothing() -> None:
    def frame(place: list[int], **more: Any) -> dict[str, Any]:
        action = {"callType": "call", "from": YOU, "to": ME, "value": "0x5"}
        return {"type": "call", "action": action, "traceAddress": place, **more}

    traces = [frame([]), frame([0], error="Reverted"), frame([0, 0]), frame([1])]
    assert [each.place for each in operations_of_traces(traces)] == [(1,)]
    delegated = frame([2])
    delegated["action"]["callType"] = "delegatecall"
    assert operations_of_traces([frame([]), delegated]) == []


@pytest.mark.parametrize(
    ("method", "error", "expected"),
    [
        ("eth_getLogs", {"code": -32005, "message": "query returned more than 10000 results"}, RangeTooLargeError),
        ("eth_getLogs", {"code": -32602, "message": "Log response size exceeded. You can"}, RangeTooLargeError),
        ("eth_getLogs", {"code": -32000, "message": "exceed maximum block range: 5000"}, RangeTooLargeError),
        (
            "eth_getLogs",
            {"code": 35, "message": "ranges over 10000 blocks are not supported on freetier"},
            RangeTooLargeError,
        ),
        ("eth_call", {"code": 429, "message": "exceeded its compute units per second capacity"}, RateLimitError),
        ("eth_call", {"code": -32005, "message": "daily request count exceeded, request rate limited"}, RateLimitError),
        ("eth_call", {"code": 3, "message": "execution reverted"}, ExecutionFailedError),
        ("eth_call", {"code": -32000, "message": "invalid opcode: INVALID"}, ExecutionFailedError),
        (
            "eth_getBalance",
            {"code": -32000, "message": "missing trie node 7f (path ) state is not available"},
            StateMissingError,
        ),
        ("eth_getBalance", {"code": -32000, "message": "header not found"}, StateMissingError),
        ("trace_filter", {"code": -32601, "message": "Method not found"}, MethodMissingError),
        (
            "trace_filter",
            {"code": -32600, "message": "trace_filter is not available on the free tier"},
            MethodMissingError,
        ),
        ("eth_call", {"code": -32000, "message": "something new"}, NodeRefusalError),
    ],
)
def test_refusal__in_the_words_of_real_nodes__is_told_apart(
    method: str, error: dict[str, Any], expected: type[Exception]
) -> None:
    assert type(refusal(method, error, node="the node")) is expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("0x" + _word(32) + _word(3) + "555344" + "00" * 29, "USD"),
        ("0x" + "4d4b52" + "00" * 29, "MKR"),  # bytes32, as old contracts answer
        ("0x", None),
        ("0x" + _word(32) + _word(2**255), None),
        ("0x" + _word(2**255) + _word(3), None),
        ("0x" + "ff" * 32, None),
    ],
)
def test_text__as_contracts_answer__is_read_or_nothing(data: str, text: str | None) -> None:
    assert text_in(data) == text
