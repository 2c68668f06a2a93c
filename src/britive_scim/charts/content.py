"""Content of a chart: its bars, title and note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Bar", "ChartContent", "Tone"]

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


@dataclass(frozen=True)
class ChartContent:
    """Content of a chart, as it is drawn.

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
