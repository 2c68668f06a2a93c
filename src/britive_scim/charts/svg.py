"""SVG of a chart, drawn by pygal: no script, no outside resource, an id of its own, light and dark."""

from __future__ import annotations

import hashlib
from itertools import count
from typing import Any, Final
from xml.etree import ElementTree as ET

from britive_scim.charts.content import ChartContent, Tone
from britive_scim.errors import ConfigurationError
from britive_scim.tables import shorten

__all__ = ["render_svg"]

_SVG: Final = "http://www.w3.org/2000/svg"
_WIDTH: Final = 720
_BAR_HEIGHT: Final = 26
_MAX_LABEL_WIDTH: Final = 40
_MAX_NOTE_WIDTH: Final = 110
_MARGIN: Final = 14
_NOTE_HEIGHT: Final = 38

_SERIES_COLORS: Final = ("#2f7ebc", "#d9822b", "#3a9a63", "#a05fb5", "#c2504d", "#7f7f7f")
_TONE_COLORS: Final[dict[Tone, str]] = {
    "neutral": "#2f7ebc",
    "add": "#3a9a63",
    "change": "#d9822b",
    "remove": "#c2504d",
}

_CSS: Final = """
#ID .guide.line, #ID .axis .line { stroke: #d0d4d9 !important; }
#ID * { transition: none !important; }
#ID .note { font: 12px system-ui, sans-serif; fill: #24292f; }
@media (prefers-color-scheme: dark) {
  #ID { background-color: #16191d !important; }
  #ID > .graph > .background { fill: #16191d !important; fill-opacity: 1; }
  #ID text { fill: #e4e6e8 !important; }
  #ID .guide.line, #ID .axis .line { stroke: #3d4349 !important; }
}
"""


def render_svg(chart: ChartContent) -> str:
    """Return a chart as an `<svg>` element.

    Raises:
        ConfigurationError: pygal is not installed.
    """
    root = ET.fromstring(_draw(chart))  # noqa: S314 - the text is pygal's own
    _clean(root, chart)
    ET.register_namespace("", _SVG)
    text = ET.tostring(root, encoding="unicode")
    return text.replace("ID-OF-CHART", "chart-" + hashlib.sha256(text.encode()).hexdigest()[:12])


def _draw(chart: ChartContent) -> str:
    """Return the drawing of pygal."""
    try:
        import pygal  # type: ignore[import-untyped,unused-ignore]  # an optional package without types
        from pygal.style import Style  # type: ignore[import-untyped,unused-ignore]  # the same
    except ImportError:
        raise ConfigurationError(
            'charts require pygal, which is not installed; install it with `pip install "britive-scim[notebook]"`'
        ) from None
    style = Style(
        background="#ffffff",
        plot_background="transparent",
        foreground="#24292f",
        foreground_strong="#24292f",
        foreground_subtle="#c9cdd2",
        colors=_SERIES_COLORS,
        opacity=".9",
        font_family="system-ui, sans-serif",
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=12,
        title_font_size=15,
    )
    options: dict[str, Any] = {
        "style": style,
        "title": shorten(chart.title, _MAX_NOTE_WIDTH),
        "margin_bottom": _NOTE_HEIGHT if chart.note else _MARGIN,
        "js": [],
        "width": _WIDTH,
        "margin": _MARGIN,
        "truncate_label": -1,
        "truncate_legend": -1,
        "show_legend": len(chart.series) > 1,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 3,
        "no_data_text": "nothing to show",
        "value_formatter": _format_number,
        "range": None,
    }
    # A horizontal chart begins at the bottom.
    bars = list(reversed(chart.bars)) if chart.is_horizontal else list(chart.bars)
    if chart.is_horizontal:
        height = (
            70 + _BAR_HEIGHT * max(len(bars), 2) + (_NOTE_HEIGHT - _MARGIN if chart.note else 0)
        )
        drawing: Any = pygal.HorizontalStackedBar(height=height, show_x_labels=False, **options)
        drawing.x_labels = [
            f"{shorten(bar.label, _MAX_LABEL_WIDTH)} · {sum(bar.values.values()):,}" for bar in bars
        ]
    else:
        step = max(1, -(-len(bars) // 12))
        drawing = pygal.StackedBar(
            height=300, x_label_rotation=30, show_minor_x_labels=False, **options
        )
        labels = [shorten(bar.label, _MAX_LABEL_WIDTH) for bar in bars]
        drawing.x_labels, drawing.x_labels_major = labels, labels[::step]
        drawing.y_labels = _list_ticks(max((sum(bar.values.values()) for bar in bars), default=0))
    for name in chart.series:
        drawing.add(
            shorten(name, _MAX_LABEL_WIDTH),
            [
                {"value": bar.values.get(name, 0), "color": _TONE_COLORS[bar.tone]}
                if len(chart.series) == 1
                else bar.values.get(name, 0)
                for bar in bars
            ],
        )
    text: str = drawing.render(is_unicode=True)
    return text.replace(f"chart-{drawing.uuid}", "ID-OF-CHART")


def _list_ticks(maximum: int) -> list[int]:
    """Return the whole numbers beside the axis: at most six steps of 1, 2 or 5 times a power of ten."""
    step = next(
        s
        for power in count()
        for s in (10**power, 2 * 10**power, 5 * 10**power)
        if maximum <= 6 * s
    )
    return list(range(0, maximum + step, step))


def _format_number(value: float | None) -> str:
    return f"{value or 0:,.0f}"


def _clean(root: ET.Element, chart: ChartContent) -> None:
    """Remove scripts, add the note and the colors of the dark scheme, and describe the picture for screen readers."""
    for parent in list(root.iter()):
        for child in [item for item in parent if item.tag == f"{{{_SVG}}}script"]:
            parent.remove(child)
    css = ET.SubElement(root, f"{{{_SVG}}}style", {"type": "text/css"})
    css.text = _CSS.replace("#ID", "#ID-OF-CHART")
    if chart.note:
        height = int(root.get("viewBox", "").split()[-1])
        attributes = {"class": "note", "x": str(_MARGIN), "y": str(height - _MARGIN)}
        note = ET.SubElement(root, f"{{{_SVG}}}text", attributes)
        note.text = shorten(chart.note, _MAX_NOTE_WIDTH)
    root.set("role", "img")
    root.set("aria-label", shorten(chart.title, _MAX_NOTE_WIDTH))
    root.set("style", f"max-width: {_WIDTH}px; width: 100%; height: auto")
