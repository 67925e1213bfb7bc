"""An index over the whole test chain, and its answers in the formats of Alchemy and of Etherscan's version 2.

Made from every block's receipts and traces, so it shares no code with what is tested.

Belongs here: those formats. Does not belong here: what a sync makes of them.
"""

from collections.abc import Iterator
from typing import Any

from support.chain.anvil import rpc

_TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
_SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
_BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb"
_KINDS = {"external": "txlist", "internal": "txlistinternal", "erc20": "tokentx", "erc721": "tokennfttx"}
_ACTIONS = {action: kind for kind, action in _KINDS.items()} | {"token1155tx": "erc1155"}


class Indexed:
    """Everything that happened, as rows."""

    def __init__(self, url: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self.miners: list[tuple[int, str]] = []
        for height in range(int(rpc(url, "eth_blockNumber"), 16) + 1):
            block = rpc(url, "eth_getBlockByNumber", hex(height), True)
            self.miners.append((height, block["miner"]))
            for transaction in block["transactions"]:
                receipt = rpc(url, "eth_getTransactionReceipt", transaction["hash"])
                self._add(height, transaction, receipt)
                if int(receipt["status"], 16):
                    frame = rpc(url, "debug_traceTransaction", transaction["hash"], {"tracer": "callTracer"})
                    self._add_frames(height, transaction["hash"], frame, "")

    def _add(self, height: int, transaction: dict[str, Any], receipt: dict[str, Any]) -> None:
        row = {"block": height, "hash": transaction["hash"], "failed": int(receipt["status"], 16) == 0}
        to = transaction["to"] or receipt["contractAddress"]
        self.rows.append(
            row | {"kind": "external", "from": transaction["from"], "to": to, "value": transaction["value"]}
        )
        for log in receipt["logs"]:
            topics = [*log["topics"], "", "", ""]
            if topics[0] == _TRANSFER:
                ends, kind = topics[1:3], "erc721" if topics[3] else "erc20"
            elif topics[0] in {_SINGLE, _BATCH}:
                ends, kind = topics[2:4], "erc1155"
            else:
                continue
            token = {"kind": kind, "from": "0x" + ends[0][-40:], "to": "0x" + ends[1][-40:], "value": "0x1"}
            self.rows.append(row | token | {"log": log["logIndex"]})

    def _add_frames(self, height: int, tx_hash: str, frame: dict[str, Any], trace: str) -> None:
        if frame.get("error"):
            return
        if (
            trace
            and int(frame.get("value", "0x0"), 16)
            and frame["type"] in {"CALL", "CREATE", "CREATE2", "SELFDESTRUCT"}
        ):
            told = {"from": frame["from"], "to": frame["to"], "value": frame["value"], "type": frame["type"].lower()}
            self.rows.append({"kind": "internal", "block": height, "hash": tx_hash, "trace": trace, **told})
        for number, call in enumerate(frame.get("calls", ())):
            self._add_frames(height, tx_hash, call, f"{trace}_{number}".strip("_"))

    def alchemy(self, question: dict[str, Any]) -> dict[str, Any]:
        """`alchemy_getAssetTransfers`: no failed transaction, pages of `maxCount`."""
        first, last = (int(question[side], 16) for side in ("fromBlock", "toBlock"))
        rows = [
            row
            for row in self.rows
            if first <= row["block"] <= last
            and row["kind"] in question["category"]
            and not row.get("failed")
            and all(row[side] == question[f"{side}Address"] for side in ("from", "to") if f"{side}Address" in question)
        ]
        start, size = int(question.get("pageKey", "0")), min(int(question["maxCount"], 16), 20)  # small, to have pages
        page = rows[start : start + size]
        return {
            "transfers": [
                {
                    "blockNum": hex(row["block"]),
                    "hash": row["hash"],
                    "uniqueId": f"{row['hash']}:{row['kind']}:{row.get('trace') or row.get('log')}",
                    "category": row["kind"],
                    "from": row["from"],
                    "to": row["to"],
                    "rawContract": {"value": row["value"], "address": None, "decimal": "0x12"},
                }
                for row in page
            ]
        } | ({"pageKey": str(start + size)} if start + size < len(rows) else {})

    def etherscan(self, question: dict[str, str]) -> dict[str, Any]:
        """`module=account`, with "No transactions found" as a status of its own."""
        rows = list(self._of_action(question))
        page, size = int(question["page"]), int(question["offset"])
        rows = rows[(page - 1) * size : page * size]
        return {"status": "1" if rows else "0", "message": "OK" if rows else "No transactions found", "result": rows}

    def _of_action(self, question: dict[str, str]) -> Iterator[dict[str, str]]:
        owner, first, last = question["address"], int(question["startblock"]), int(question["endblock"])
        if question["action"] == "getminedblocks":
            for height, miner in self.miners:
                if miner == owner:
                    yield {"blockNumber": str(height), "blockReward": "0"}
            return
        kind = _ACTIONS.get(question["action"])
        for row in self.rows:
            if row["kind"] == kind and first <= row["block"] <= last and owner in {row["from"], row["to"]}:
                yield {
                    "blockNumber": str(row["block"]),
                    "hash": row["hash"],
                    "from": row["from"],
                    "to": row["to"],
                    "value": str(int(row["value"], 16)),
                    "isError": str(int(row.get("failed", False))),
                    "traceId": row.get("trace", ""),
                    "type": row.get("type", ""),
                }
