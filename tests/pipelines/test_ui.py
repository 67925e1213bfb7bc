"""The Dagster UI as a person sees it, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.browser import needs_chromium, open_browser
from support.sample import copy_sample
from support.served import served

WAIT_SECONDS = 120

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a UI that `lotkeeper up --sync-first` serves for the sample book."""
    config = copy_sample(tmp_path_factory.mktemp("ui"))
    with served(config, "--sync-first", port=3900, wait_seconds=WAIT_SECONDS) as address:
        yield address


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with open_browser() as browser:
        yield browser.new_page(viewport={"width": 1600, "height": 1000})


def test_ui__lineage_of_candidates__shows_the_way_from_the_accounts(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/harvest/candidates?view=lineage&lineageScope=upstream&lineageDepth=20")
    for asset in ("kraken", "binance", "pool", "legs", "postings", "lots", "open_lots", "candidates"):
        expect(page.get_by_text(asset, exact=True).first).to_be_visible(timeout=60_000)


def test_ui__lineage_of_disposals__goes_on_to_the_tax_year(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/lots/disposals?view=lineage&lineageScope=downstream&lineageDepth=5")
    for asset in ("disposals", "year_summary", "lotkeeper_duckdb"):
        expect(page.get_by_text(asset, exact=True).first).to_be_visible(timeout=60_000)


def test_ui__overview_of_a_table__shows_its_rows_and_its_columns_with_comments(ui: str, page: Page) -> None:
    page.goto(f"{ui}/assets/harvest/candidates?view=overview")
    expect(page.get_by_text("sell_first_quantity").first).to_be_visible(timeout=60_000)
    comment = "Units of other lots that a sale in this account would consume before all of this lot is sold"
    expect(page.get_by_text(comment).first).to_be_visible(timeout=60_000)


def test_ui__automation__shows_the_nightly_schedule_running(ui: str, page: Page) -> None:
    page.goto(f"{ui}/automation")
    expect(page.get_by_text("nightly", exact=True).first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("build_after_sync", exact=True).first).to_be_visible(timeout=60_000)
    for switch in page.get_by_role("switch").all():
        expect(switch).to_be_checked()
