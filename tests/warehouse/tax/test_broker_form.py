"""Form 1099-DA as CSV: the headings that are understood, and what is said of what is not."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.tax.us.broker_form import BrokerFormError, ReportedSale, read_broker_form


def read(text: str) -> list[ReportedSale]:
    return read_broker_form(text.splitlines(keepends=True), file="da.csv", aliases={"XBT": "BTC"})


BY_BOX = """1a,1b,1c,1d,1e,1f,1g,1i,2,3a,6,9,12b
4H95J0R2X,Bitcoin,0.50000000,03/01/2026,2026-06-30T23:10:00Z,"$50,000.10","40,000",,X,Gross Proceeds,Short-term,,
,XBT,1,VARIOUS,06/30/2026,100000,,,,Net proceeds,L,TRUE,05/01/2026
"""


def test_broker_form__columns_by_box__are_the_figures() -> None:
    first, second = read(BY_BOX)
    assert first == ReportedSale(
        line=2,
        asset="BTC",
        units=5 * 10**17,
        unit_places=8,
        acquired_date=date(2026, 3, 1),
        sold_date=date(2026, 6, 30),
        proceeds=50000_10000000,
        cost=40000 * 10**8,
        is_basis_reported=True,
        term="short",
    )
    assert (second.asset, second.acquired_date, second.cost, second.is_net, second.term) == (
        "BTC",
        None,
        None,
        True,
        "long",
    )
    assert (second.is_noncovered, second.transferred_in_date) == (True, date(2026, 5, 1))


@pytest.mark.parametrize(
    "header",
    [
        "asset_symbol,asset_quantity,acquired_date,disposed_date,proceeds,cost_basis",
        "Box 1a,Box 1c,Box 1d,Box 1e,Box 1f,Box 1g",
        "Asset,Number of units,Date acquired,Date sold or disposed,Proceeds,Cost or other basis",
        "1a Code,1c Units,1d Date Acquired,1e Date sold or disposed,1f Proceeds,1g Cost or other basis",
        "Name of digital asset;Units;Date Acquired;Date of sale;Gross proceeds;Basis".replace(";", ","),
    ],
)
def test_broker_form__headings_that_brokers_use__are_understood(header: str) -> None:
    (sale,) = read(f"{header}\nLTC,2,1/5/2025,12/31/2025,300.5,200\n")
    assert (sale.asset, sale.units, sale.acquired_date, sale.sold_date, sale.proceeds, sale.cost) == (
        "LTC",
        2 * 10**18,
        date(2025, 1, 5),
        date(2025, 12, 31),
        300_50000000,
        200 * 10**8,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"da.csv, line 1: no column for box 1a/1b asset, 1c units, 1e sold, 1f proceeds"),
        ("1a,1c,1e\n", r"line 1: no column for box 1f proceeds"),
        ("1a,1c,1e,1f,fee\n", r"line 1: the column 'fee' is not understood"),
        ("1a,1c,1e,1f,proceeds\n", r"line 1: two columns say 1f proceeds"),
        (
            "1a,1c,1e,1f\nBTC,1,31/12/2025,5\n",
            r"line 2, box 1e sold: expected a date as MM/DD/YYYY.*'31/12/2025'",
        ),
        ("1a,1c,1e,1f\nBTC,1,,5\n", r"line 2, box 1e sold: expected the date of the sale"),
        ("1a,1c,1e,1f\n,1,12/31/2025,5\n", r"line 2, box 1a/1b asset: expected the digital asset's symbol"),
        ("1a,1c,1e,1f\n\nBTC,x,12/31/2025,5\n", r"line 3, box 1c units: expected an amount such as 1234.5.*found 'x'"),
        ("1a,1c,1e,1f\nBTC,0,12/31/2025,5\n", r"box 1c units: expected a number of units above zero"),
        ("1a,1c,1e,1f\nBTC,1,12/31/2025,\n", r"box 1f proceeds: expected an amount"),
        ("1a,1c,1e,1f\nBTC,1,12/31/2025,1.123456789\n", r"box 1f proceeds: .*at most 8 decimals"),
        ("1a,1c,1e,1f,1g,2\nBTC,1,12/31/2025,5,,Y\n", r"box 1g basis: expected the basis, as box 2"),
        ("1a,1c,1e,1f,2\nBTC,1,12/31/2025,5,maybe\n", r"box 2 basis reported: expected a checked box"),
        ("1a,1c,1e,1f,6\nBTC,1,12/31/2025,5,forever\n", r"box 6 term: expected short, long or ordinary"),
        ("1a,1c,1e,1f\nBTC,1,12/31/2025,5,7\n", r"line 2: 5 cells. Expected 4"),
    ],
)
def test_broker_form__what_no_form_says__is_named_with_line_and_box(text: str, message: str) -> None:
    with pytest.raises(BrokerFormError, match=message):
        read(text)


def test_broker_form__header_alone__is_a_broker_that_reported_nothing() -> None:
    assert read("1a,1c,1e,1f\n") == []


@given(st.decimals(Decimal("0.00000001"), 10**6, places=8), st.decimals(0, 10**9, places=2), st.dates(date(2020, 1, 1)))
def test_broker_form__any_amounts__come_back_as_they_were(units: Decimal, proceeds: Decimal, sold: date) -> None:
    (sale,) = read(f'1a,1c,1e,1f\nBTC,{units:f},{sold:%m/%d}/{sold.year:04},"${proceeds:,f}"\n')
    assert (sale.units, sale.proceeds, sale.sold_date) == (units.scaleb(18), proceeds.scaleb(8), sold)
