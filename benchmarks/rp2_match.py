"""Times rp2 on a file of events, inside rp2's own environment: `python rp2_match.py EVENTS.json METHOD`.

Prints one JSON object: `seconds` of computing gains (transactions were made before), `slices` and their `gain`. Started
by `rival.py`; it imports nothing of lotkeeper.

Belongs here: handing events to rp2. Does not belong here: making them, comparing.
"""

import importlib
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from prezzemolo.avl_tree import AVLTree
from rp2.accounting_engine import AccountingEngine
from rp2.configuration import Configuration
from rp2.in_transaction import InTransaction
from rp2.input_data import InputData
from rp2.out_transaction import OutTransaction
from rp2.plugin.country.us import US
from rp2.rp2_decimal import ZERO, RP2Decimal
from rp2.tax_engine import compute_tax
from rp2.transaction_set import TransactionSet

_CONFIGURATION = """
[general]
assets = {assets}
exchanges = venue
holders = me
[in_header]
timestamp = 0
[out_header]
timestamp = 0
[intra_header]
timestamp = 0
"""


def main() -> None:
    """Read, time, print."""
    logging.disable(logging.CRITICAL)
    events = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    assets = sorted({event["asset"] for event in events})
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write(_CONFIGURATION.format(assets=", ".join(assets)))
        file.flush()
        configuration = Configuration(file.name, US())
    books = [_input(configuration, asset, [event for event in events if event["asset"] == asset]) for asset in assets]
    method = importlib.import_module(f"rp2.plugin.accounting_method.{sys.argv[2]}")
    seconds, slices, gain = 0.0, 0, ZERO
    for book in books:
        methods = AVLTree()
        methods.insert_node(1970, method.AccountingMethod())
        engine = AccountingEngine(years_2_methods=methods)
        start = time.perf_counter()
        computed = compute_tax(configuration, engine, book)
        seconds += time.perf_counter() - start
        for entry in computed.gain_loss_set:
            slices += 1
            gain += entry.fiat_gain
    print(json.dumps({"seconds": seconds, "slices": slices, "gain": str(gain)}))


def _input(configuration: Configuration, asset: str, events: list[dict[str, str]]) -> InputData:
    sets = {kind: TransactionSet(configuration, kind, asset) for kind in ("IN", "OUT", "INTRA")}
    for number, event in enumerate(events, 1):
        quantity, value = RP2Decimal(event["quantity"]), RP2Decimal(event["value_usd"])
        common = (configuration, event["occurred_at"], asset, "venue", "me")
        if event["kind"] == "acquire":
            entry = InTransaction(
                *common, "BUY", value / quantity, quantity, fiat_in_no_fee=value, fiat_in_with_fee=value, row=number
            )
            sets["IN"].add_entry(entry)
        else:
            entry = OutTransaction(*common, "SELL", value / quantity, quantity, ZERO, fiat_out_no_fee=value, row=number)
            sets["OUT"].add_entry(entry)
    return InputData(asset, sets["IN"], sets["OUT"], sets["INTRA"])


if __name__ == "__main__":
    main()
