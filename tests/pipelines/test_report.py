"""The report page: what it says, and how it looks in a real browser."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect

from pipelines.report.content import Content, read_content
from pipelines.report.page import render_page
from support.books import book_of_everything
from support.browser import needs_chromium, open_browser
from support.raw_book import AS_OF, RawBook, row
from warehouse.connection import open_warehouse
from warehouse.harvest.history.steps import record_night
from warehouse.tax.countries import country_of
from warehouse.tax.country import Country
from warehouse.tax.us.country import UNITED_STATES

NASTY = "</script><img/src=x/onerror=alert(1)>"
SCREENS = {"wide": (1280, 900), "narrow": (360, 780)}


def content_of(book: RawBook, country: Country = UNITED_STATES) -> Content:
    """What the page tells of a built book."""
    with open_warehouse(book.public, read_only=True) as connection:
        return read_content(
            connection,
            config=Path("/book/lotkeeper.toml"),
            published=book.public,
            as_of=AS_OF,
            zone=ZoneInfo("UTC"),
            base_currency="USD",
            country=country,
        )


def text_of(page: str, section: str) -> str:
    """The words of one section of the page."""
    found = re.search(rf'<section id="{section}">(.*?)</section>', page, flags=re.DOTALL)
    assert found, section
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split())


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> RawBook:
    folder = tmp_path_factory.mktemp("report")
    book = book_of_everything(folder)
    record = book.settings["record_path"] = folder / "record.jsonl"
    book.build(as_of=AS_OF - timedelta(days=30))
    record_night(record, book.public)
    book.build()
    return book


@pytest.fixture(scope="module")
def page(book: RawBook) -> str:
    return render_page(content_of(book))


def test_content__lots_under_water__losses_are_positive_and_add_up(book: RawBook) -> None:
    content = content_of(book)
    # 1 BTC bought at 90,000 is worth 60,000; 960 KAS of 1,000 for 100 and 10 for 1 are worth 0.05 each: all in review,
    # because kraken holds less BTC by its own word, has ETC that nobody bought, ...
    by_asset = {(line["account"], line["asset"]): line for line in content.losses}
    assert by_asset["kraken", "BTC"]["review_loss_usd"] == 30_000
    assert content.totals["lot_count"] == len(content.candidates)
    assert sum(line["lot_count"] for line in content.losses_by_account) == len(content.candidates)


def test_content__year__days_add_up_to_the_year(book: RawBook) -> None:
    content = content_of(book)
    assert content.year is not None
    # half of the BTC bought at 40,010 sold for 30,000: 30,000 - 20,005
    assert [(line["day"].isoformat(), line["term"], line["gain_usd"]) for line in content.gains_by_day] == [
        ("2026-03-02", "long", 9995)
    ]
    assert content.year["long_gain_usd"] == 9995


def test_content__night_before_new_year__the_day_is_the_taxpayers(tmp_path: Path) -> None:
    book = RawBook(tmp_path, settings={"time_zone": ZoneInfo("America/New_York")})
    book.add(
        "kraken",
        "trades",
        row("b", "trade", "2025-06-01", "2 BTC", "-100 USD"),
        row("s1", "trade", "2026-01-01 03:00", "-1 BTC", "60 USD"),  # still 2025 in New York
        row("s2", "trade", "2026-02-01 03:00", "-1 BTC", "80 USD"),  # still January there
    )
    book.build()
    with open_warehouse(book.public, read_only=True) as connection:
        content = read_content(
            connection, config=tmp_path, published=book.public, as_of=AS_OF, zone=ZoneInfo("America/New_York"),
            base_currency="USD",
            country=UNITED_STATES,
        )  # fmt: skip
    assert [(line["day"].isoformat(), line["gain_usd"]) for line in content.gains_by_day] == [("2026-01-31", 30)]


def test_page__book_of_everything__tells_figures_problems_and_commands(page: str) -> None:
    assert "30,000.00" in text_of(page, "harvest")
    assert "kraken BTC 0.92566137" in text_of(page, "plan")
    assert "2027-01-16" not in text_of(page, "turning")  # turns only next year
    year = text_of(page, "year")
    assert "realized 0.00 9,995.00" in year
    assert "most that a loss may take off other income 3,000.00" in year
    health = text_of(page, "health")
    assert "missing basis" in health
    assert "idle" in health
    assert "lotkeeper sync --config /book/lotkeeper.toml" in health


def test_page__second_night__shows_both_and_the_first_says_that_it_is(book: RawBook, page: str, tmp_path: Path) -> None:
    assert "2026-10-25" in text_of(page, "nights")
    assert "2 of 2 nights" in text_of(page, "nights")
    book.settings["record_path"] = tmp_path / "none"
    book.build()
    assert "begins tonight" in text_of(render_page(content_of(book)), "nights")


@pytest.mark.parametrize(("country", "currency", "name"), [("GB", "GBP", "2026/27"), ("DE", "EUR", "2026")])
def test_page__another_country__is_of_its_tax_year(tmp_path: Path, country: str, currency: str, name: str) -> None:
    book = book_of_everything(tmp_path)
    book.settings.update(jurisdiction=country, base_currency=currency)
    book.build()
    page = render_page(content_of(book, country_of(country)))
    assert f"Tax year {name}" in text_of(page, "year")
    assert "may take off other income" not in text_of(page, "year"), "there is no such limit"
    assert "make no plan for this country" in text_of(page, "plan")


def test_page__nothing_booked__says_so(tmp_path: Path) -> None:
    book = RawBook(tmp_path, accounts={"kraken": "fifo"})
    book.build()
    page = render_page(content_of(book))
    assert "No open lot is under water" in text_of(page, "harvest")
    assert "No open lot is short-term" in text_of(page, "turning")
    assert "realized 0.00 0.00" in text_of(page, "year")
    assert "<figure" not in page


def test_page__name_with_html_in_it__is_text(tmp_path: Path) -> None:
    page = render_page(content_of(_nasty_book(tmp_path)))
    assert NASTY not in page
    assert "&lt;/script&gt;&lt;img/src=x/onerror=alert(1)&gt;" in page


def test_page__library_and_charts__ask_nobody(page: str) -> None:
    assert "default-src 'none'" in page
    assert re.findall(r"<(?:link|script|img)[^>]+(?:src|href)=\"(?!data:)", page) == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


class Look:
    """A page opened in a browser, with everything that it said and asked for."""

    def __init__(self, browser: Browser, file: Path, *, screen: str, scheme: Literal["light", "dark"]) -> None:
        width, height = SCREENS[screen]
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            self.said.append(message.text)

    def charts_drawn(self) -> int:
        """How many charts have painted something."""
        expect(self.page.locator("figure").last).to_be_visible()
        self.page.wait_for_function("Bokeh.documents.length > 0 && Bokeh.documents.every(d => d.is_idle)")
        return int(self.page.evaluate(_COUNT_PAINTED))


_COUNT_PAINTED = """
() => {
  const canvases = [];
  const walk = node => {
    if (node.tagName === "CANVAS") canvases.push(node);
    for (const child of node.children || []) walk(child);
    if (node.shadowRoot) walk(node.shadowRoot);
  };
  const painted = figure => {
    canvases.length = 0;
    walk(figure);
    return canvases.some(c => c.width && new Uint32Array(
      c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer).some(pixel => pixel));
  };
  return [...document.querySelectorAll("figure")].filter(painted).length;
}
"""


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_page__in_a_browser__draws_every_chart_fits_and_asks_nobody(
    page: str, browser: Browser, tmp_path: Path, screen: str, scheme: Literal["light", "dark"]
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    look = Look(browser, file, screen=screen, scheme=scheme)
    assert look.charts_drawn() == page.count("<figure") == 4
    assert look.page.evaluate("document.documentElement.scrollWidth") <= SCREENS[screen][0]
    paper = look.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (min(map(int, re.findall(r"\d+", paper))) > 200) == (scheme == "light")
    expect(look.page.get_by_role("heading", name="What could be harvested")).to_be_visible()
    assert look.said == []
    assert look.asked == [file.as_uri()]
    look.page.close()


@needs_chromium
def test_page__name_with_html_in_it__does_nothing_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render_page(content_of(_nasty_book(tmp_path))), encoding="utf-8")
    look = Look(browser, file, screen="wide", scheme="light")
    assert look.charts_drawn() == 3
    assert look.page.locator("img").count() == 0
    expect(look.page.locator("#harvest > .table td").get_by_text(NASTY).first).to_be_visible()
    box = look.page.locator("figure").nth(1).bounding_box()
    assert box is not None
    for step in range(0, int(box["width"]), 20):  # over the whole chart, so that its tooltips show
        look.page.mouse.move(box["x"] + step, box["y"] + box["height"] / 2)
    assert look.said == []
    assert look.asked == [file.as_uri()]
    look.page.close()


def _nasty_book(folder: Path) -> RawBook:
    book = RawBook(folder)
    book.add(
        "kraken",
        "trades",
        row("b", "trade", "2026-02-01", "1 BTC", "-100 USD"),
        row("n", "trade", "2026-02-02", "1 BTC", "-100 USD"),
        row("s", "trade", "2026-02-03", "-0.5 BTC", "60 USD"),
    )
    book.add("kraken", "ledger", row("r", "reward", "2026-02-10 12:00", f"10 {NASTY}"))
    book.price("BTC", "2026-11-23", "10")
    book.price(NASTY.replace(" ", chr(160)), "2026-02-10", "3")
    book.price(NASTY.replace(" ", chr(160)), "2026-11-23", "1")
    book.build()
    return book


def test_page__of_a_british_book__draws_its_gains_though_they_have_no_term(tmp_path: Path) -> None:
    settings = {"jurisdiction": "GB", "base_currency": "GBP", "time_zone": ZoneInfo("Europe/London")}
    book = RawBook(tmp_path, settings=settings)
    book.add("k", "trades", row("b", "trade", "2024-05-01", "2 BTC", "-20000 GBP"))
    book.add("k", "trades", row("s", "trade", "2026-05-01", "-1 BTC", "15000 GBP"))
    book.build()
    content = content_of(book, country_of("GB"))
    assert [(line["term"], line["gain_usd"]) for line in content.gains_by_day] == [("short", 5000)]
    told = text_of(render_page(content), "year")
    assert "Tax year 2026/27" in told
    assert "of any age" in told
    assert "taxable 2,000.00" in told
    assert "short-term" not in told
