"""Telling a person what is new: one message a night, through whatever Apprise can reach, and nothing twice.

What was told stands in a file under data/ that may be lost: what still holds is then told once more. Something that
went away and came back is told again.

Belongs here: what is new, the message, sending it. Does not belong here: what is worth a word (`warehouse/alerts.py`).
"""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import groupby
from zoneinfo import ZoneInfo

from connectors.raw import make_private
from pipelines.configuration import Configuration, Paths
from warehouse.alerts import SUBJECTS, Alert, Thresholds, current_alerts
from warehouse.connection import open_warehouse
from warehouse.publish import replace_file

MOST_OF_A_SUBJECT = 10
LONGEST_TEXT = 400


@dataclass(frozen=True, slots=True)
class Told:
    """What was new, and how it was told: `lines` for the log, `undelivered` why the message did not arrive."""

    new: int
    lines: tuple[str, ...]
    is_sent: bool = False
    undelivered: str | None = None


def tell_what_is_new(configuration: Configuration, *, now: datetime, unpublished: str | None = None) -> Told:
    """Send what holds of the published file and was not told before; `unpublished` is why there is no new file.

    Raises `ConfigurationError` where the address is named and not set.
    """
    url = configuration.secret(configuration.alerts.url)
    told = _read_told(configuration.paths)
    if unpublished is None:
        alerts = _alerts(configuration, now)
        still = {alert.key for alert in alerts}
    else:
        alerts = [Alert("unpublished", f"nothing was published, what was published before stays: {unpublished}")]
        still = {*told, "unpublished"}
    new = [alert for alert in alerts if alert.key not in told]
    lines = tuple(_lines(new))
    undelivered = _send(url, _title(configuration, new), "\n".join(lines)) if url and new else None
    try:
        _write_told(configuration.paths, still - {alert.key for alert in new} if undelivered else still)
    except OSError as error:
        undelivered = undelivered or f"what was told could not be kept, so it is told again next night: {error}"
    return Told(len(new), lines, is_sent=bool(url and new and not undelivered), undelivered=undelivered)


def _alerts(configuration: Configuration, now: datetime) -> list[Alert]:
    thresholds = Thresholds(**configuration.alerts.model_dump(exclude={"url"}))
    with open_warehouse(configuration.paths.published, read_only=True) as connection:
        return current_alerts(
            connection,
            thresholds,
            as_of=now,
            time_zone=ZoneInfo(configuration.taxpayer.time_zone),
            country=configuration.country,
        )


def _title(configuration: Configuration, new: Sequence[Alert]) -> str:
    things = "1 new thing" if len(new) == 1 else f"{len(new):,} new things"
    return f"lotkeeper: {things} in {configuration.path.parent.name}"


def _lines(new: Sequence[Alert]) -> Iterator[str]:
    """The message: a heading for each subject, and at most ten things below it."""
    order = list(SUBJECTS)
    ordered = sorted(new, key=lambda alert: order.index(alert.subject))
    for subject, group in groupby(ordered, key=lambda alert: alert.subject):
        alerts = list(group)
        yield f"{SUBJECTS[subject]}:"
        for alert in alerts[:MOST_OF_A_SUBJECT]:
            text = " ".join(alert.text.split())
            yield f"- {text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + ' ...'}"
        if len(alerts) > MOST_OF_A_SUBJECT:
            yield f"- and {len(alerts) - MOST_OF_A_SUBJECT:,} more"


def _send(url: str, title: str, body: str) -> str | None:
    """Send one message; why it did not arrive, or `None`. The address is a secret and is in no word of that."""
    from apprise import Apprise  # noqa: PLC0415 - takes a while, and most nights have nothing to send

    with _silent("apprise"):
        messenger = Apprise()
        if not messenger.add(url):
            return "alerts.url is no address that Apprise knows (see its list of services)"
        if not messenger.notify(title=title, body=body):
            return "the message was not taken by the service that alerts.url names; it is tried again next night"
    return None


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Nothing of a library's own log, which may hold addresses and tokens, reaches ours."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _read_told(paths: Paths) -> set[str]:
    try:
        return set(json.loads(paths.told_alerts.read_text(encoding="utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return set()


def _write_told(paths: Paths, keys: set[str]) -> None:
    make_private(paths.data)
    replace_file(paths.told_alerts, BytesIO(json.dumps(sorted(keys), indent=0).encode()))
