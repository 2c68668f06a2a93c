"""Chart of numbers: bars with a title and a note, rendered as one SVG element."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from britive_scim.tables import Table

__all__ = ["Bar", "Chart", "Tone"]

Tone = Literal["neutral", "add", "change", "remove"]
"""Meaning of a bar, which decides its color."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Bar of a chart.

    Attributes:
        label: text beside or below the bar.
        values: number by series; the parts of a bar are stacked.
        tone: meaning of the bar, where the chart has one series.
    """

    label: str
    values: Mapping[str, int]
    tone: Tone = "neutral"


@dataclass(frozen=True, repr=False)
class Chart:
    """Chart of numbers, which a notebook shows as a picture.

    `print(chart)` shows the numbers as a table, `chart.svg` is the picture as text, and `save` writes it.

    Attributes:
        title: title of the chart.
        bars: bars in their order.
        series: names of the series, each with a color.
        is_horizontal: whether the bars are horizontal, with labels beside them.
        note: sentence below the bars, such as the number of groups that are not shown.
    """

    title: str
    bars: Sequence[Bar]
    series: Sequence[str]
    is_horizontal: bool = True
    note: str = ""

    @cached_property
    def svg(self) -> str:
        """The chart as one `<svg>` element without scripts; colors follow the light or dark scheme of the reader.

        Raises:
            ConfigurationError: pygal, of the extra `notebook`, is not installed.
        """
        from britive_scim.charts.svg import render_svg

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
        return f"<Chart {self.title!r} with {len(self.bars)} bars>"

    def _repr_svg_(self) -> str:
        return self.svg
