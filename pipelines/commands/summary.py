"""What could be harvested, in five lines after a build.

Belongs here: printing them. Does not belong here: what they say (`warehouse/harvest`).
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console

from pipelines.commands.published import open_published
from pipelines.configuration import Configuration
from warehouse.harvest.steps import summary_lines


def print_summary(console: Console, configuration: Configuration, *, as_of: datetime) -> None:
    """Print the five lines about the published file."""
    zone = ZoneInfo(configuration.taxpayer.time_zone)
    with open_published(configuration) as connection:
        lines = summary_lines(connection, as_of=as_of, time_zone=zone, country=configuration.country)
    console.print()
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
