"""Printing answers: exact for scripts, and harmless on a terminal."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.commands.printing import Format, Shown, plain, price, show_rows, units, usd, write_rows

ROW = (Decimal("0.000000000000000001"), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), date(2026, 1, 2), None, ["a", "b"])
COLUMNS = ("quantity", "at", "day", "nothing", "reasons")


def _printed(output_format: Format) -> str:
    stream = io.StringIO()
    write_rows(stream, COLUMNS, [ROW], output_format)
    return stream.getvalue()


def test_write_rows__csv__keeps_every_digit() -> None:
    assert list(csv.reader(io.StringIO(_printed(Format.csv)))) == [
        list(COLUMNS),
        ["0.000000000000000001", "2026-01-02T03:04:05+00:00", "2026-01-02", "", "a; b"],
    ]


def test_write_rows__json__writes_decimals_as_strings() -> None:
    assert json.loads(_printed(Format.json)) == [
        {
            "quantity": "0.000000000000000001",
            "at": "2026-01-02T03:04:05+00:00",
            "day": "2026-01-02",
            "nothing": None,
            "reasons": ["a", "b"],
        }
    ]


def test_write_rows__table_of_a_name_that_looks_like_markup__shows_it_as_it_is() -> None:
    stream = io.StringIO()
    write_rows(stream, ["asset"], [("[red]CLAIM[/red]",)], Format.table)
    assert "[red]CLAIM[/red]" in stream.getvalue()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**20), max_value=10**20))
def test_units__any_quantity__loses_no_digit(quantity: Decimal) -> None:
    assert Decimal(units(quantity).plain.replace(",", "")) == quantity


def test_usd__unknown_amount__is_a_question_mark_and_never_zero() -> None:
    assert usd(None).plain == "?"
    assert price(None).plain == "?"
    assert usd(Decimal("-1234.565")).plain == "-1,234.56"


class _Narrow(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_show_rows__any_width__cuts_no_word_and_no_figure(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    screen = _Narrow()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", str(width))
    shown = [
        Shown("account", "account", plain),
        *(Shown(f"figure {number}", f"f{number}", usd, is_number=True) for number in range(6)),
        Shown("reasons", "reasons", plain),
    ]
    figures = {f"f{number}": Decimal(1234567 + number) for number in range(6)}
    words = [f"reason{number} is told" for number in range(4)]
    show_rows("All of it", shown, [{"account": "kraken", **figures, "reasons": words}])
    printed = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert "\u2026" not in printed
    assert all(max(map(len, [line])) <= width for line in printed.splitlines())
    for word in ("kraken", *(f"{1234567 + number:,}.00" for number in range(6)), "reason0", "reason3"):
        assert word in printed
