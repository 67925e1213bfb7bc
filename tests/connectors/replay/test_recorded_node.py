"""A recorded node answers what it was asked when it was recorded, and says so where it was not."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.evm.node import Node
from connectors.evm.refusals import MethodMissingError, NodeRefusalError
from connectors.replay.node import RecordedNode
from connectors.replay.transport import ReplayAdapter
from connectors.replay.venue import ReplayDataError

ROWS = [
    {"method": "eth_chainId", "params": [], "result": "0x1"},
    {"method": "eth_getBalance", "params": ["0xab", "0x5"], "result": "0x7"},
    {"method": "eth_getTransactionByHash", "params": ["0x00"], "result": None},
    {"method": "trace_filter", "params": [], "error": {"code": -32601, "message": "method not found"}},
]


def _node(folder: Path, rows: Any = ROWS) -> Node:
    (folder / "node.json").write_text(json.dumps(rows), encoding="utf-8")
    return Node("http://recorded", transport=ReplayAdapter(RecordedNode.load(folder)))


def test_recorded_node__questions_of_the_recording__get_their_answers_in_order(tmp_path: Path) -> None:
    node = _node(tmp_path)
    assert node.ask("eth_chainId") == "0x1"
    assert node.ask_all(
        [("eth_getBalance", ("0xab", "0x5")), ("eth_getTransactionByHash", ("0x00",)), ("eth_chainId", ())]
    ) == ["0x7", None, "0x1"]
    assert isinstance(node.answers([("trace_filter", ())])[0], MethodMissingError)


def test_recorded_node__another_question__is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(NodeRefusalError, match=r'eth_getBalance \["0xab", "0x6"\] is no question of the recording in'):
        _node(tmp_path).ask("eth_getBalance", "0xab", "0x6")


@pytest.mark.parametrize("rows", [{}, [{"method": "eth_chainId", "params": []}], ["0x1"]])
def test_recorded_node__a_file_that_is_no_recording__is_refused(tmp_path: Path, rows: Any) -> None:
    with pytest.raises(ReplayDataError, match=r"node\.json"):
        _node(tmp_path, rows)
