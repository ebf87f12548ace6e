"""The charts of one run: pure functions from run data to Plotly figures, and their descriptions in words.

CHARTS     every kind by name, in the order of the page
Chart      a kind: how it is drawn, described, and what a reader can choose
Moment     when something happened that is worth going to
View       what a figure is drawn for: colours, language, choices, what is picked
Figure     plain Plotly JSON
"""

from .accuracy import ACCURACY
from .data_seen import SEEN_DATA
from .energy_by_cause import ENERGY
from .figure import Chart, Figure, Moment, View
from .journey_rows import JOURNEYS
from .link_load import LINKS
from .traffic_by_class import TRAFFIC, TRANSFERS

CHARTS: dict[str, Chart] = {
    chart.name: chart for chart in (ACCURACY, TRANSFERS, TRAFFIC, LINKS, JOURNEYS, ENERGY, SEEN_DATA)
}

__all__ = ["CHARTS", "Chart", "Figure", "Moment", "View"]
