"""The charts of the report page, drawn by Bokeh in the reader's browser.

Floats are for drawing only: every figure of a chart stands in a table beside it, exactly.

Belongs here: what is drawn and how. Does not belong here: figures, and the page around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bokeh.embed import components
from bokeh.models import ColumnDataSource, DatetimeTickFormatter, HoverTool, NumeralTickFormatter, Range1d
from bokeh.plotting import figure
from bokeh.resources import Resources

from pipelines.report.content import Content, Rows

SHORT, LONG, REVIEW, LIMIT = "#d9822b", "#3d85c6", "#8a8f98", "#c0392b"
"""Orange, blue and grey: told apart by colour-blind eyes, and on light and dark paper alike. Red is for a limit."""

_KEYS = {
    "losses": (("short", SHORT, "■"), ("long", LONG, "■"), ("after review", REVIEW, "■")),
    "nights": (("short", SHORT, "━"), ("long", LONG, "━"), ("after review", REVIEW, "┅")),
    "turning_long": (("gain", LONG, "●"), ("loss", SHORT, "▼"), ("end of the tax year", REVIEW, "┆")),
    "year": (("short", SHORT, "━"), ("long", LONG, "━"), ("both", REVIEW, "┅"), ("limit", LIMIT, "╌")),
}

_LOSSES = ("short_loss_usd", "long_loss_usd", "review_loss_usd")
_HEIGHT = 300
_ROW_HEIGHT = 34
_DRAWN_LOTS = 1000
_FEW_TICKS = 3  # as many as a phone has room for


@dataclass(frozen=True, slots=True)
class Charts:
    """The library, what starts the charts, and the place of each chart by its name: HTML to be taken as it is.

    `keys` says of each chart what is drawn how: a word, its colour and its sign.
    """

    library: str
    script: str
    places: Mapping[str, str]
    keys: Mapping[str, Sequence[tuple[str, str, str]]]


def draw_charts(content: Content) -> Charts:
    """The charts that have something to show."""
    figures = {}
    if any(row[name] for row in content.losses for name in _LOSSES):
        figures["losses"] = _losses(content.losses_by_account)
    if len(content.nights) > 1:
        figures["nights"] = _nights(content.nights)
    if content.turning_long:
        figures["turning_long"] = _turning_long(content)
    if content.gains_by_day:
        figures["year"] = _year(content)
    if not figures:
        return Charts("", "", {}, {})
    script, places = components(figures)
    library = "\n".join(Resources(mode="inline", components=["bokeh"]).js_raw)
    return Charts(library, script, places, {name: _worded(keys, content) for name, keys in _KEYS.items()})


def _worded(keys: Sequence[tuple[str, str, str]], content: Content) -> list[tuple[str, str, str]]:
    """The keys in the words of the country's terms."""
    return [(content.terms.get(word, word), color, sign) for word, color, sign in keys]


def _losses(losses: Rows) -> Any:
    """Bars by account: short, long, and what needs a look."""
    accounts = [row["account"] for row in reversed(losses)]
    source = ColumnDataSource(
        {"account": accounts, **{name: [float(row[name]) for row in reversed(losses)] for name in _LOSSES}}
    )
    chart = _figure(height=90 + _ROW_HEIGHT * len(accounts), y_range=accounts)
    chart.hbar_stack(
        _LOSSES,
        y="account",
        height=0.6,
        source=source,
        color=(SHORT, LONG, REVIEW),
    )
    chart.add_tools(
        HoverTool(
            tooltips=[
                ("", "@account"),
                ("short", "@short_loss_usd{0,0.00}"),
                ("long", "@long_loss_usd{0,0.00}"),
                ("after review", "@review_loss_usd{0,0.00}"),
            ]
        )
    )
    chart.x_range.start = 0
    chart.xaxis.formatter = _money()
    chart.xaxis.ticker.desired_num_ticks = _FEW_TICKS
    chart.ygrid.visible = False
    return chart


def _nights(nights: Rows) -> Any:
    """Lines of the loss that could be harvested, night by night."""
    chart = _figure(height=_HEIGHT, x_axis_type="datetime")
    days = [_midnight(row["night_date"]) for row in nights]
    for column, color, dash in zip(_LOSSES, (SHORT, LONG, REVIEW), ("solid", "solid", "dotdash"), strict=True):
        source = ColumnDataSource({"day": days, "usd": [float(row[column]) for row in nights]})
        chart.line("day", "usd", source=source, color=color, line_width=2, line_dash=dash)
        points = chart.scatter("day", "usd", source=source, color=color, size=4)
        chart.add_tools(
            HoverTool(
                renderers=[points],
                tooltips=[("", column.removesuffix("_loss_usd")), ("", "@day{%F}"), ("loss", "@usd{0,0.00}")],
                formatters={"@day": "datetime"},
            )
        )
    chart.y_range.start = 0
    chart.x_range = _around(nights[0]["night_date"], nights[-1]["night_date"])
    chart.xaxis.formatter, chart.yaxis.formatter = _days(), _money()
    chart.xaxis.ticker.desired_num_ticks = _FEW_TICKS
    return chart


def _turning_long(content: Content) -> Any:
    """When lots turn long-term, and what they would realize: gains are circles, losses triangles."""
    known = [row for row in content.turning_long if row["unrealized_usd"] is not None]
    drawn = sorted(known, key=lambda row: -abs(row["unrealized_usd"]))[:_DRAWN_LOTS]
    chart = _figure(height=_HEIGHT, x_axis_type="datetime")
    groups = (
        ("circle", LONG, [row for row in drawn if row["unrealized_usd"] >= 0]),
        ("inverted_triangle", SHORT, [row for row in drawn if row["unrealized_usd"] < 0]),
    )
    for marker, color, rows in groups:
        chart.scatter("day", "usd", source=_lots_source(rows), marker=marker, size=9, color=color, alpha=0.75)
    end_of_year = content.country.calendar.last_date(content.tax_year)
    chart.vspan(x=[_midnight(end_of_year)], line_dash="dashed", line_color=REVIEW)
    chart.add_tools(
        HoverTool(
            tooltips=[("", "@what"), (f"{content.terms['long']} from", "@day{%F}"), ("unrealized", "@usd{0,0.00}")],
            formatters={"@day": "datetime"},
        )
    )
    days = [row["long_from_date"] for row in drawn] + [content.today]
    chart.x_range = _around(min(days), max(*days, end_of_year))
    chart.xaxis.formatter, chart.yaxis.formatter = _days(), _money()
    chart.xaxis.ticker.desired_num_ticks = _FEW_TICKS
    return chart


def _year(content: Content) -> Any:
    """Gains of the year as they added up, beside the loss that other income may take."""
    chart = _figure(height=_HEIGHT, x_axis_type="datetime")
    first = content.country.calendar.first_date(content.tax_year)
    last = content.country.calendar.last_date(content.tax_year)
    lines = (
        (content.terms["short"], ("short",), SHORT, 2, "solid"),
        (content.terms["long"], ("long",), LONG, 2, "solid"),
        ("both", ("short", "long"), REVIEW, 3, "dotdash"),
    )
    for label, terms, color, width, dash in lines:
        days, sums = [_midnight(first)], [Decimal(0)]
        for row in content.gains_by_day:
            if row["term"] in terms:
                days.append(_midnight(row["day"]))
                sums.append(sums[-1] + row["gain_usd"])
        days.append(_midnight(content.today))
        sums.append(sums[-1])
        source = ColumnDataSource({"day": days, "usd": [float(amount) for amount in sums]})
        line = chart.step("day", "usd", source=source, mode="after", color=color, line_width=width, line_dash=dash)
        chart.add_tools(
            HoverTool(
                renderers=[line],
                tooltips=[("", label), ("until", "@day{%F}"), ("gain", "@usd{0,0.00}")],
                formatters={"@day": "datetime"},
            )
        )
    if content.year is not None and content.year["loss_limit_usd"]:
        limit = -float(content.year["loss_limit_usd"])
        ends = [_midnight(first), _midnight(last)]
        chart.line(ends, [limit, limit], color=LIMIT, line_dash="dashed", line_width=2)
    chart.x_range = _around(first, last)
    chart.xaxis.formatter, chart.yaxis.formatter = _days(), _money()
    chart.xaxis.ticker.desired_num_ticks = _FEW_TICKS
    return chart


def _figure(**options: Any) -> Any:
    """An empty chart as wide as the page; scrolling the page over it does not move it. Colours are in `report.css`."""
    return figure(sizing_mode="stretch_width", toolbar_location=None, tools="", **options)


def _money() -> NumeralTickFormatter:
    return NumeralTickFormatter(format="0,0")


def _days() -> DatetimeTickFormatter:
    return DatetimeTickFormatter(days="%b %d", months="%b %Y", years="%Y")


def _lots_source(rows: Rows) -> ColumnDataSource:
    return ColumnDataSource(
        {
            "day": [_midnight(row["long_from_date"]) for row in rows],
            "usd": [float(row["unrealized_usd"]) for row in rows],
            "what": [f"{float(row['quantity']):.6g} {row['asset']} in {row['account']}" for row in rows],
        }
    )


def _around(first: date, last: date) -> Range1d:
    margin = timedelta(days=max(2, (last - first).days // 40))
    return Range1d(start=_midnight(first - margin), end=_midnight(last + margin))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
