"""The events of an account as rows of the Koinly universal columns, the file that a CSV account imports.

Belongs here: that file's columns and labels. Does not belong here: what happened.
"""

import csv
import io
from decimal import Decimal

from generator.events import Amount, Event

COLUMNS = (
    "Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency", "Fee Amount", "Fee Currency",
    "Net Worth Amount", "Net Worth Currency", "Label", "Description", "TxHash",
)  # fmt: skip

_LABELS = {
    "mined": "mining",
    "cost": "cost",
    "airdrop": "airdrop",
    "interest": "lending interest",
    "gift_out": "gift",
    "gift_in": "gift",
    "lost": "lost",
}


def pool_file(events: list[Event]) -> str:
    """The whole CSV file, for the events of one account in the order of time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for event in events:
        if event.kind == "bad":
            amount, asset = event.note.split()
            writer.writerow([_date(event), "", "", amount, asset, "", "", "", "", "mining", "", ""])
            continue
        cells = [cell for amount in (event.sent, event.received, event.fee) for cell in _cells(amount)]
        label = _LABELS.get(event.kind, "")
        writer.writerow([_date(event), *cells, "", "", label, _description(event), event.tx_hash])
    return text.getvalue()


def _date(event: Event) -> str:
    return f"{event.at:%Y-%m-%d %H:%M:%S} UTC"


def _cells(amount: Amount | None) -> tuple[str, str]:
    return (_plain(amount.quantity), amount.asset) if amount else ("", "")


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _description(event: Event) -> str:
    if event.note:
        return event.note
    return {"mined": "pool payout", "swap": "swap service"}.get(event.kind, "")
