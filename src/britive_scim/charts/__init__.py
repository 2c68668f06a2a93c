"""Charts of users and groups as SVG, for notebooks and reports; `pip install "britive-scim[notebook]"`.

    from britive_scim import charts

    charts.draw_group_sizes(directory)          # a cell shows it
    charts.draw_plan(plan).save("plan.svg")

Each chart is made of a `Table`, which `Chart.table` returns for those who cannot see it.
"""

from __future__ import annotations

from britive_scim.charts.chart import Bar, Chart
from britive_scim.charts.group_sizes import draw_group_sizes
from britive_scim.charts.plan_changes import draw_plan
from britive_scim.charts.timeline import draw_timeline

__all__ = ["Bar", "Chart", "draw_group_sizes", "draw_plan", "draw_timeline"]
