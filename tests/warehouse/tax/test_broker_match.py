"""A broker's Form 1099-DA beside a built book: what is agreed, what differs and why, and what Form 8949 makes of it."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.golden import golden_example
from support.raw_book import RawBook, money, row
from warehouse.settings import BrokerForm, FormSettings
from warehouse.tax.us.broker_form import BrokerFormError, ReportedSale
from warehouse.tax.us.broker_match import match_broker_form
from warehouse.tax.us.broker_reasons import BookSale

HEADER = "asset_symbol,1c,1d,1e,1f,1g,2,3a,6,9,12b,1i\n"
MATCH = """
SELECT asset, status, reasons, line_id, disposal_id, proceeds_usd, reported_proceeds_usd
FROM tax.form_1099da_match ORDER BY asset, match_id, place
"""
FORM = """
SELECT box, description, proceeds_usd, cost_usd, code, adjustment_usd, gain_usd FROM tax.form_8949 ORDER BY box, place
"""


class Broker:
    """A book whose broker `kraken` gave out a Form 1099-DA."""

    def __init__(self, folder: Path, **forms: Any) -> None:
        self.book = RawBook(folder, settings={"time_zone": ZoneInfo("America/New_York")})
        self.path = folder / "da.csv"
        self.forms = forms

    def report(self, *lines: str, year: int = 2026) -> RawBook:
        """Build the book with a form of these lines (asset,1c,1d,1e,1f,1g,2,3a,6,9,12b,1i, or fewer)."""
        self.path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        form = BrokerForm("kraken", year, self.path)
        self.book.settings["forms"] = FormSettings(forms_1099da=(form,), **self.forms)
        self.book.build()
        return self.book

    def trade(self, name: str, at: str, *moved: str, fee: tuple[str, ...] = (), account: str = "kraken") -> None:
        self.book.add(account, "trades", row(name, "trade", at, *moved, fee=fee))


@pytest.fixture
def broker(tmp_path: Path) -> Broker:
    """1 BTC for 60,000 on 10 January 2026 in kraken, half of it sold for 35,000 less 70 on 15 June."""
    made = Broker(tmp_path)
    made.trade("b1", "2026-01-10 12:00", "1 BTC", "-60000 USD")
    made.trade("s1", "2026-06-15 12:00", "-0.5 BTC", "35000 USD", fee=("-70 USD",))
    return made


def only(book: RawBook) -> tuple[str, list[str]]:
    """Status and reasons, where they are the same of every part."""
    (found,) = {(status, tuple(reasons)) for _, status, reasons, *_ in book.ask(MATCH)}
    return found[0], list(found[1])


def test_match__same_figures__agree_and_go_to_box_g(broker: Broker) -> None:
    book = broker.report("BTC,0.5,01/10/2026,06/15/2026,34930,30000,X,Net,Short,,")
    assert only(book) == ("agreed", [])
    assert book.ask(FORM) == [("G", "0.5 BTC", *money("34930", "30000"), "", *money("0", "4930"))]


def test_match__gross_proceeds__differ_by_the_fees_with_code_e(broker: Broker) -> None:
    book = broker.report("BTC,0.5,01/10/2026,06/15/2026,35000,30000,X,Gross,Short,,")
    status, (reason,) = only(book)
    assert status == "differs"
    assert reason.startswith("fees: the broker reports gross proceeds, without the fees of 70.00")
    assert book.ask(FORM) == [("G", "0.5 BTC", *money("35000", "30000"), "E", *money("-70", "4930"))]


def test_match__a_cent_off__is_rounding_and_agrees(broker: Broker) -> None:
    book = broker.report("BTC,0.5,01/10/2026,06/15/2026,34930.01,,,Net,,X,")
    assert only(book) == ("agreed", ["rounding: 0.01 of proceeds"])
    assert book.ask(FORM) == [("H", "0.5 BTC", *money("34930.01", "30000"), "", *money("0", "4930.01"))]


def test_match__transferred_in__has_another_basis_with_code_b(tmp_path: Path) -> None:
    """Bought in cold for 1,000 in 2024, moved to kraken in 2026, sold for 3,000: the broker knows basis 0 and short."""
    broker = Broker(tmp_path)
    broker.trade("b1", "2024-01-10 12:00", "1 ETH", "-1000 USD", account="cold")
    broker.book.add("cold", "withdrawals", row("w", "withdrawal", "2026-05-01", "-1 ETH", tx_hash="0xa"))
    broker.book.add("kraken", "deposits", row("d", "deposit", "2026-05-01", "1 ETH", tx_hash="0xa"))
    broker.trade("s1", "2026-06-15 12:00", "-1 ETH", "3000 USD")
    book = broker.report("ETH,1,05/01/2026,06/15/2026,3000,0,,Gross,Short,TRUE,05/01/2026")
    status, reasons = only(book)
    assert status == "differs"
    assert [reason.partition(":")[0] for reason in reasons] == ["lots", "transferred in", "term"]
    assert book.ask(FORM) == [("K", "1 ETH", *money("3000", "1000"), "BT", *money("0", "2000"))]


def test_match__other_lots__keep_our_gain_and_correct_the_reported_basis(broker: Broker) -> None:
    """A second lot of 1 BTC at 70,000: the broker sold from that, the books from the first."""
    broker.trade("b2", "2026-03-01 12:00", "1 BTC", "-70000 USD")
    book = broker.report("BTC,0.5,03/01/2026,06/15/2026,34930,35000,X,Net,Short,,")
    status, (reason,) = only(book)
    assert (status, reason) == ("differs", "lots: the broker took what was acquired 2026-03-01, the books 2026-01-10")
    assert book.ask(FORM) == [("G", "0.5 BTC", *money("34930", "35000"), "B", *money("5000", "4930"))]


def test_match__date_of_utc__is_told_as_the_time_zone(broker: Broker) -> None:
    broker.trade("s2", "2026-07-02 02:00", "-0.25 BTC", "20000 USD")
    book = broker.report(
        "BTC,0.5,01/10/2026,06/15/2026,34930,,,Net,,,", "BTC,0.25,01/10/2026,07/02/2026,20000,,,Net,,,"
    )
    found = {line: (status, reasons) for _, status, reasons, line, *_ in book.ask(MATCH)}
    assert found["kraken/1099-DA/2026/3"] == (
        "differs",
        ["time zone: the broker's date 2026-07-02 is that of UTC; in the taxpayer's zone it was 2026-07-01"],
    )
    assert book.ask("SELECT sold_date::VARCHAR, box FROM tax.form_8949 ORDER BY 1")[-1] == ("2026-07-01", "H")


def test_match__lines_of_several_lots__are_divided_among_our_slices(broker: Broker) -> None:
    """A sale of 0.75 out of 0.5 left of b1 and 0.25 of b2: the broker has 0.6 and 0.15."""
    broker.trade("b2", "2026-03-01 12:00", "1 BTC", "-70000 USD")
    broker.trade("s2", "2026-08-01 12:00", "-0.75 BTC", "60000 USD")
    book = broker.report(
        "BTC,0.5,01/10/2026,06/15/2026,34930,,,Net,,,",
        "BTC,0.6,01/10/2026,08/01/2026,48000,36000,X,Net,Short,,",
        "BTC,0.15,03/01/2026,08/01/2026,12000,10500,,Net,Short,,",
    )
    query = "SELECT line_id[-1:], description, box, proceeds_usd, cost_usd, code, gain_usd FROM tax.form_8949"
    assert sorted(book.ask(query)) == [
        ("2", "0.5 BTC", "H", *money("34930", "30000"), "", Decimal(4930)),
        # 0.1 of the first line falls on our second lot, whose 0.1 cost 7,000 and not 6,000.
        ("3", "0.1 BTC", "G", *money("8000", "6000"), "B", Decimal(1000)),
        ("3", "0.5 BTC", "G", *money("40000", "30000"), "", Decimal(10000)),
        ("4", "0.15 BTC", "H", *money("12000", "10500"), "", Decimal(1500)),
    ]


def test_match__fills_of_one_order__are_one_line_of_the_broker(broker: Broker) -> None:
    for number in range(3):
        broker.trade(f"f{number}", f"2026-08-01 12:00:0{number}", "-0.1 BTC", "7000 USD")
    book = broker.report(
        "BTC,0.3,01/10/2026,08/01/2026,21000,,,Gross,,,", "BTC,0.5,01/10/2026,06/15/2026,34930,,,Net,,,"
    )
    assert Counter(status for _, status, *_ in book.ask(MATCH)) == {"agreed": 4}
    assert [found[0] for found in book.ask(FORM)] == ["H"] * 4


def test_match__us_wash_1099da__is_on_the_form_as_the_broker_has_it(tmp_path: Path) -> None:
    """100 for 1,000, sold for 600, 75 bought again: 1f 600, 1g 1,000, 1i 300; Form 8949: code W, 300, a loss of 100."""
    example = golden_example("us-wash-1099da")
    told, expected = example["inputs"], example["expected"]
    broker = Broker(tmp_path)
    broker.book.settings["asset_classes"] = {"ABC": "tokenized_security"}
    again = told["rebuy_within_30_days_same_account"]["qty"]
    broker.trade("t1", "2026-09-10 12:00", f"{told['buy']['qty']} ABC", f"-{told['buy']['cost']} USD")
    broker.trade("t2", "2026-10-12 12:00", f"-{told['sell']['qty']} ABC", f"{told['sell']['proceeds']} USD")
    broker.trade("t3", "2026-10-20 12:00", f"{again} ABC", "-500 USD")
    boxes = {name: expected[f"box_{name}"] for name in ("1f", "1g", "1i")}
    book = broker.report(f"ABC,100,09/10/2026,10/12/2026,{boxes['1f']},{boxes['1g']},X,Net,Short,,,{boxes['1i']}")
    status, (reason,) = only(book)
    assert (status, reason.partition(":")[0]) == ("differs", "wash sale")
    assert f"disallows {boxes['1i']}.00" in reason
    loss = Decimal(expected["allowed_loss"])
    assert book.ask(FORM) == [("G", "100 ABC", *money("600", "1000"), "W", Decimal(boxes["1i"]), loss)]


def test_match__only_theirs__is_no_row_of_the_form_and_is_said(broker: Broker) -> None:
    book = broker.report("BTC,0.5,01/10/2026,06/15/2026,34930,,,Net,,,", "DOGE,100,,06/16/2026,25,,,Gross,,,")
    assert book.ask("SELECT gap, asset, proceeds_usd FROM tax.form_8949_gaps") == [("only_theirs", "DOGE", Decimal(25))]
    assert book.ask("SELECT count(*) FROM tax.form_8949") == [(1,)]
    assert book.ask("SELECT DISTINCT is_proven FROM tax.schedule_d WHERE tax_year = 2026") == [(False,)]


def test_match__only_ours__is_listed_without_a_form_and_explained(broker: Broker) -> None:
    broker.trade("u1", "2026-02-01", "500 USDC", "-500 USD")
    broker.trade("u2", "2026-03-01", "-500 USDC", "501 USD")
    book = broker.report("BTC,0.5,01/10/2026,06/15/2026,34930,,,Net,,,")
    (found,) = [told for told in book.ask(MATCH) if told[1] == "only_ours"]
    assert found[2][0].startswith("sales of stablecoins were 501.00 in the year: up to 10,000")
    assert [(told[0], told[1]) for told in book.ask(FORM)] == [("H", "0.5 BTC"), ("I", "500 USDC")]


def test_match__proceeds_that_nothing_explains__are_kept_apart(broker: Broker) -> None:
    book = broker.report("BTC,0.5,01/10/2026,06/15/2026,39000,,,Gross,,,")
    assert "no fee explains it" in only(book)[1][0]
    assert book.ask(FORM) == []
    assert book.ask("SELECT gap, proceeds_usd FROM tax.form_8949_gaps") == [("proceeds_differ", Decimal(39000))]


@pytest.mark.parametrize("accepts", [False, True])
def test_match__swap_valued_otherwise__counts_only_where_that_is_configured(tmp_path: Path, accepts: bool) -> None:  # noqa: FBT001
    broker = Broker(tmp_path, accept_reported_values=accepts)
    broker.trade("b1", "2026-01-10 12:00", "1 BTC", "-60000 USD")
    broker.trade("x1", "2026-06-15 12:00", "-1 BTC", "20 ETH")
    broker.book.price("ETH", "2026-06-15", "3500")
    book = broker.report("BTC,1,01/10/2026,06/15/2026,70100,,,Gross,,,")
    if accepts:
        assert book.ask(FORM) == [("H", "1 BTC", *money("70100", "60000"), "", *money("0", "10100"))]
    else:
        assert book.ask(FORM) == []
        ((gap, reason),) = book.ask("SELECT gap, reason FROM tax.form_8949_gaps")
        assert gap == "proceeds_differ"
        assert reason.startswith(
            "value: no money changed hands; the broker puts it at 70,100.00, the books at 70,000.00"
        )


def test_match__units_of_a_sale_without_lots__match_and_stay_unproven(broker: Broker) -> None:
    broker.trade("s2", "2026-08-01 12:00", "-0.75 BTC", "60000 USD")
    book = broker.report(
        "BTC,0.75,01/10/2026,08/01/2026,60000,,,Gross,,,", "BTC,0.5,01/10/2026,06/15/2026,34930,,,Net,,,"
    )
    statuses = Counter(status for _, status, *_ in book.ask(MATCH))
    assert statuses == {"agreed": 1, "differs": 2}
    assert book.ask("SELECT gap, quantity FROM tax.form_8949_gaps") == [("missing_basis", Decimal("0.25"))]
    assert [(told[1], told[2]) for told in book.ask(FORM)] == [
        ("0.5 BTC", Decimal(34930)),
        ("0.5 BTC", Decimal(40000)),
    ]


def test_match__a_year_without_a_form__has_no_rows_and_boxes_of_none(broker: Broker) -> None:
    book = broker.report(year=2025)
    assert book.ask(MATCH) == []
    assert [told[0] for told in book.ask(FORM)] == ["I"]


def test_match__unreadable_form__stops_the_build_with_its_place(broker: Broker) -> None:
    with pytest.raises(BrokerFormError, match=r"da.csv, line 2, box 1c units"):
        broker.report("BTC,-1,01/10/2026,06/15/2026,34930,,,Net,,,")


DAYS = st.integers(1, 3).map(lambda number: date(2026, 6, number))
UNITS = st.integers(1, 4).map(lambda number: number * 10**17)
ASSETS = st.sampled_from(["A", "B"])
reported = st.builds(
    ReportedSale,
    line=st.integers(),
    asset=ASSETS,
    units=UNITS,
    unit_places=st.sampled_from([1, 8]),
    acquired_date=st.none() | DAYS,
    sold_date=DAYS,
    proceeds=st.integers(0, 10**12),
    cost=st.none() | st.integers(0, 10**12),
    is_net=st.booleans(),
    is_aggregate=st.booleans(),
)
kept = st.builds(
    BookSale,
    disposal_id=st.just(""),
    event=st.sampled_from("abcdef"),
    asset=ASSETS,
    units=UNITS,
    acquired_date=st.none() | DAYS,
    sold_date=DAYS,
    utc_date=DAYS,
    proceeds=st.none() | st.integers(0, 10**12),
    cost=st.none() | st.integers(0, 10**12),
    fees=st.none() | st.integers(0, 10**9),
    kind=st.sampled_from(["sale", "swap", "fee"]),
    term=st.sampled_from(["short", "long"]),
)


@given(st.lists(reported, max_size=8), st.lists(kept, max_size=8), st.booleans())
def test_match__any_lines_and_sales__are_all_there_once_and_lose_no_cent(
    some_lines: list[ReportedSale],
    some_sales: list[BookSale],
    accepts: bool,  # noqa: FBT001
) -> None:
    lines = [_numbered(line, line=place) for place, line in enumerate(some_lines)]
    sales = [_numbered(sale, disposal_id=f"{sale.event}/{place}") for place, sale in enumerate(some_sales)]
    pieces = [
        piece
        for match in match_broker_form(lines, sales, accept_values=accepts, stablecoins=frozenset({"B"}))
        for piece in match
    ]
    for line in lines:
        own = [piece for piece in pieces if piece.line == line]
        assert sum(piece.reported_proceeds or 0 for piece in own) == line.proceeds
        assert sum(piece.reported_cost or 0 for piece in own) == (line.cost or 0)
    for sale in sales:
        own = [piece for piece in pieces if piece.sale == sale]
        assert sum(piece.units for piece in own) == sale.units
        assert sum(piece.proceeds or 0 for piece in own) == (sale.proceeds or 0)
        assert sum(piece.cost or 0 for piece in own) == (sale.cost or 0)


def _numbered(told: Any, **changes: Any) -> Any:
    return type(told)(**{name: getattr(told, name) for name in told.__dataclass_fields__} | changes)
