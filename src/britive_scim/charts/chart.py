"""Chart of numbers: bars with a title and a note, rendered as one SVG element."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from britive_scim.charts.content import Bar, ChartContent
from britive_scim.charts.svg import render_svg
from britive_scim.provisioning.counts import format_count
from britive_scim.tables import Table

__all__ = ["Bar", "Chart"]


@dataclass(frozen=True, repr=False)
class Chart(ChartContent):
    """Chart of numbers, which a notebook shows as a picture.

    `print(chart)` shows the numbers as a table, `chart.svg` is the picture as text, and `save` writes it.

    Attributes:
        title: title of the chart.
        bars: bars in their order.
        series: names of the series, each with a color.
        is_horizontal: whether the bars are horizontal, with labels beside them.
        note: sentence below the bars, such as the number of groups that are not shown.
    """

    @cached_property
    def svg(self) -> str:
        """The chart as one `<svg>` element without scripts; colors follow the light or dark scheme of the reader.

        Raises:
            ConfigurationError: pygal, of the extra `notebook`, is not installed.
        """
        return render_svg(self)

    def table(self) -> Table:
        """Return the numbers as a table: one row a bar, one column a series."""
        return Table(
            {"": str, **dict.fromkeys(self.series, int)},
            [
                [
                    (bar.label, *(bar.values.get(name, 0) for name in self.series))
                    for bar in self.bars
                ]
            ],
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the chart to an SVG file; an existing file is replaced.

        It shows names of groups, which belong to the tenant.

        Raises:
            ConfigurationError: pygal, of the extra `notebook`, is not installed.
            OSError: the file cannot be written.
        """
        Path(path).write_text(self.svg + "\n", "utf-8")

    def __str__(self) -> str:
        lines = [self.title, "", self.table().to_text(max_rows=None)]
        return "\n".join([*lines, *(["", self.note] if self.note else [])])

    def __repr__(self) -> str:
        return f"<Chart {self.title!r} with {format_count(len(self.bars), 'bar')}>"

    def _repr_svg_(self) -> str:
        return self.svg
