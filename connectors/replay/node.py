"""A node of a chain, answered from a recording: one question with its answer on each line of `node.json`.

`node.json` is an array of `{"method", "params", "result"}`, or with `error` in the place of `result` where the node
refused. Nothing is worked out: a question that is not in it gets an error that says so, never an empty answer.

Belongs here: JSON-RPC as a node speaks it over HTTP. Does not belong here: what is asked, and how it was recorded.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.replay.venue import Answer, ReplayDataError, Request, json_answer, read_folder

_NOT_RECORDED = -32050
"""A code that no client gives, so that it is taken for neither a missing method nor a range that is too large."""


class RecordedNode:
    """Answers what was recorded. `folder` stands in the errors."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]], folder: Path) -> None:
        self._answers = answers
        self._folder = folder

    @classmethod
    def load(cls, folder: Path) -> "RecordedNode":
        """The node as `folder` has it. Raises `ReplayDataError`."""
        rows = read_folder(folder).get("node")
        if not isinstance(rows, list):
            raise ReplayDataError(f"{folder / 'node.json'} is not there, or no array of recorded answers")
        answers = {}
        for number, row in enumerate(rows, start=1):
            if not isinstance(row, dict) or {"method", "params"} - row.keys() or ("result" in row) == ("error" in row):
                raise ReplayDataError(
                    f"{folder / 'node.json'}: record {number} is not a method, its params, and a result or an error"
                )
            told = {key: row[key] for key in ("result", "error") if key in row}
            answers[question_key(row["method"], row["params"])] = told
        return cls(answers, folder)

    def answer(self, request: Request) -> Answer:
        """The answers to one question or to a batch of them."""
        asked = json.loads(request.body)
        return json_answer([self._told(each) for each in asked] if isinstance(asked, list) else self._told(asked))

    def _told(self, question: Mapping[str, Any]) -> dict[str, Any]:
        method, params = question["method"], question["params"]
        told = self._answers.get(question_key(method, params))
        if told is None:
            told = {
                "error": {
                    "code": _NOT_RECORDED,
                    "message": f"{method} {json.dumps(params)} is no question of the recording in {self._folder}",
                }
            }
        return {"jsonrpc": "2.0", "id": question["id"], **told}


def question_key(method: str, params: Sequence[Any]) -> str:
    """What makes two questions the same."""
    return f"{method} {json.dumps(params, sort_keys=True)}"
