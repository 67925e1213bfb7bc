"""The report page: one HTML file that needs nothing and asks nobody.

Belongs here: putting content, charts and template together, and how values are written. Does not belong here: what is
told (`content.py`) and drawn (`charts.py`).
"""

from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipelines.commands import printing
from pipelines.report.charts import Charts, draw_charts
from pipelines.report.content import Content

SHOWN_LOTS = 25
SHOWN_PROBLEMS = 100


def render_page(content: Content) -> str:
    """The page. Whatever the tables hold is text in it: a name with HTML in it is shown, not obeyed."""
    environment = Environment(
        loader=PackageLoader("pipelines.report", package_path=""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(usd=_usd, units=_units, price=_price, plain=_plain, words=_words)
    environment.filters["local"] = lambda instant: _local(content, instant)
    charts = draw_charts(content)
    return environment.get_template("report.html.jinja").render(
        content=content,
        charts=_trusted(charts),
        keys=charts.keys,
        library=Markup(charts.library),  # noqa: S704 - Bokeh's own JavaScript, out of its package
        script=Markup(charts.script),  # noqa: S704 - made by Bokeh, which escapes what stands in it
        version=version("lotkeeper"),
        shown_lots=SHOWN_LOTS,
        shown_problems=SHOWN_PROBLEMS,
    )


def _trusted(charts: Charts) -> dict[str, Markup]:
    return {name: Markup(place) for name, place in charts.places.items()}  # noqa: S704 - empty elements made by Bokeh


def _usd(amount: Decimal | None) -> str:
    return printing.usd(amount).plain.replace("-", "−")  # noqa: RUF001 - a minus sign, as wide as a digit


def _units(quantity: Decimal | None) -> str:
    return printing.units(quantity).plain.replace("-", "−")  # noqa: RUF001 - as above


def _price(amount: Decimal | None) -> str:
    return printing.price(amount).plain


def _plain(value: Any) -> str:
    return printing.plain(value).plain


def _words(name: str) -> str:
    return name.replace("_", " ")


def _local(content: Content, instant: datetime | None) -> str:
    return "" if instant is None else f"{instant.astimezone(content.zone):%Y-%m-%d %H:%M}"
