"""Charts: their numbers, and SVG that is safe to show in a page."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from britive_scim import charts
from britive_scim.admin import AuditEvent
from britive_scim.charts import Bar, Chart
from britive_scim.errors import InputError
from britive_scim.provisioning import Directory, Plan, Policy, plan
from britive_scim.testing import Tenant
from support.each_value import each_value

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 3, 30, 22, 15, tzinfo=UTC)


def build_directory(sizes: dict[str, int]) -> Directory:
    people = [{"userName": f"u{n}@acme.com", "externalId": str(n)} for n in range(40)]
    groups = [
        {"displayName": name, "members": [str(n) for n in range(size)]}
        for name, size in sizes.items()
    ]
    return Directory.of(people, groups)


def build_event(time: datetime | None, name: str = "create Users") -> AuditEvent:
    return AuditEvent(timestamp=time, event={"displayName": name})


def list_rows(chart: Chart) -> list[Sequence[Any]]:
    return [tuple(row) for row in chart.table()]


def read_texts(svg: str) -> list[str]:
    return [(item.text or "").strip() for item in ET.fromstring(svg).iter(f"{SVG}text")]


def test_largest_groups_come_first_and_others_are_counted() -> None:
    sizes = {"b": 3, "A": 3, "all": 40, "none": 0}
    chart = charts.draw_group_sizes(build_directory(sizes), top=3)
    assert list_rows(chart) == [("all", 40), ("A", 3), ("b", 3)]
    assert chart.note == "not shown: 1 smaller group"
    assert str(chart).splitlines() == [
        "Members per group",
        "",
        "     members",
        "all  40",
        "A    3",
        "b    3",
        "",
        "not shown: 1 smaller group",
    ]


@each_value("top", [0, -1, True, 2.5, "5", None])
def test_number_of_groups_must_be_positive(top: Any) -> None:
    with pytest.raises(InputError, match=r"^top must be an integer of 1 or more, got "):
        charts.draw_group_sizes(build_directory({"a": 1}), top=top)


def test_unknown_members_are_counted_not_drawn() -> None:
    directory = Directory.of([{"userName": "a@acme.com"}], [{"displayName": "Ops"}])
    chart = charts.draw_group_sizes(directory)
    assert list_rows(chart) == []
    assert chart.note == "members not known: 1 group"
    assert "nothing to show" in read_texts(chart.svg)


def test_directory_without_groups_says_so() -> None:
    chart = charts.draw_group_sizes(Directory.of([{"userName": "a@acme.com"}]))
    assert chart.note == "the directory states no groups"


def build_plan() -> Plan:
    """Return a plan that adds 2 users and 2 members, changes 1 user, and deactivates 1."""
    tenant = Tenant("acme")
    okta = tenant.scim_client("Okta")
    name = {"givenName": "A", "familyName": "B"}

    def build(number: int, **values: Any) -> dict[str, Any]:
        mail = f"u{number}@acme.com"
        return {
            "userName": mail,
            "externalId": str(number),
            "name": name,
            "emails": [{"value": mail, "type": "work"}],
            "active": True,
        } | values

    old = Directory.of([build(1), build(2)], [{"displayName": "Ops", "members": ["1"]}])
    okta.apply(plan(old, okta.read_directory())).raise_for_failures()
    new = Directory.of(
        [build(1, title="Lead"), build(2, active=False), build(3), build(4)],
        [{"displayName": "Ops", "members": ["1", "3", "4"]}],
    )
    return plan(new, okta.read_directory(), policy=Policy())


def test_plan_shows_users_and_members_by_kind() -> None:
    made = build_plan()
    chart = charts.draw_plan(made)
    assert chart.title == made.summary
    assert list_rows(chart) == [
        ("create users", 2),
        ("update users", 1),
        ("deactivate users", 1),
        ("add members", 2),
    ]
    assert [bar.tone for bar in chart.bars] == ["add", "change", "remove", "add"]
    assert {"#3a9a63", "#d9822b", "#c2504d"} <= {
        color for color in ("#3a9a63", "#d9822b", "#c2504d") if color in chart.svg
    }


@each_value(
    "length, interval, labels",
    [
        (timedelta(hours=2), None, ["03-30 22:00", "03-30 23:00", "03-31 00:00"]),
        (timedelta(days=3), None, ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"]),
        (timedelta(days=9), "week", ["2026-03-30", "2026-04-06"]),
        (timedelta(days=40), "month", ["2026-03", "2026-04", "2026-05"]),
    ],
)
def test_timeline_has_a_bar_for_each_interval(
    length: timedelta, interval: Any, labels: list[str]
) -> None:
    events = [build_event(START), build_event(START), build_event(START + length)]
    chart = charts.draw_timeline(events, interval=interval)
    expected = dict.fromkeys(labels, 0)
    expected[labels[0]] += 2
    expected[labels[-1]] += 1
    assert list_rows(chart) == list(expected.items())
    assert chart.svg.startswith("<svg ")


@each_value("days, title", [(1, "hour"), (30, "day"), (200, "week"), (1000, "month")])
def test_interval_fits_the_length(days: int, title: str) -> None:
    chart = charts.draw_timeline([build_event(START), build_event(START + timedelta(days=days))])
    assert chart.title == f"Events of the audit log per {title}"
    assert len(chart.bars) <= 92 + 1
    assert sum(sum(bar.values.values()) for bar in chart.bars) == 2


def test_rare_events_share_one_series() -> None:
    events = [build_event(START, f"event {n}") for n in range(8) for _ in range(8 - n)]
    events += [build_event(None), AuditEvent(timestamp=START)]
    chart = charts.draw_timeline(events)
    assert chart.series == [f"event {n}" for n in range(5)] + ["other"]
    assert list_rows(chart) == [("03-30 22:00", 8, 7, 6, 5, 4, 3 + 2 + 1 + 1)]
    assert chart.note == "without a time: 1"


def test_events_named_other_keep_their_own_series() -> None:
    names = ["other", "other", "other events", "a", "b", "c", "d", "e"]
    chart = charts.draw_timeline([build_event(START, name) for name in names])
    assert chart.series == ["other", "a", "b", "c", "d", "other events events"]
    assert list_rows(chart) == [("03-30 22:00", 2, 1, 1, 1, 1, 2)]
    assert "other events events" in str(chart)


@each_value("interval", ["year", "", 7, ["day"]])
def test_interval_must_be_a_known_one(interval: Any) -> None:
    with pytest.raises(InputError, match=r"^interval must be one of hour, day, week, month, or"):
        charts.draw_timeline([build_event(START)], interval=interval)


def test_times_at_the_ends_of_the_calendar_are_drawn_or_counted() -> None:
    zones = [timezone(timedelta(hours=hours)) for hours in (5, -5)]
    first, last = datetime(1, 1, 1, tzinfo=zones[0]), datetime(9999, 12, 31, 23, tzinfo=zones[1])
    chart = charts.draw_timeline(map(build_event, [first, last, last.replace(tzinfo=UTC)]))
    assert list_rows(chart) == [("12-31 23:00", 1)]
    assert chart.note == "without a time: 2"


def test_timeline_without_events_is_empty() -> None:
    chart = charts.draw_timeline([])
    assert list_rows(chart) == []
    assert "nothing to show" in read_texts(chart.svg)


HOSTILE = "</text><script>alert(1)</script>&\"'\x07"


def test_svg_escapes_labels_and_has_no_script_or_address() -> None:
    chart = Chart(HOSTILE, [Bar(HOSTILE, {HOSTILE: 3, "b": 1})], [HOSTILE, "b"], note=HOSTILE)
    root = ET.fromstring(chart.svg)
    tags = {item.tag for item in root.iter()}
    assert f"{SVG}script" not in tags
    names = {name for item in root.iter() for name in item.attrib}
    assert not [name for name in names if name.startswith("on")]
    values = [value for item in root.iter() for value in item.attrib.values()]
    assert not [value for value in values if "http" in value]
    assert "<script" not in chart.svg
    assert "<!--" not in chart.svg
    assert root.get("role") == "img"


def test_equal_charts_have_equal_svg_and_others_another_id() -> None:
    first, second, other = (Chart("t", [Bar("a", {"n": size})], ["n"]) for size in (1, 1, 2))
    assert first.svg == second.svg
    ids = {ET.fromstring(chart.svg).get("id") for chart in (first, other)}
    assert len(ids) == 2


def test_dark_scheme_changes_background_and_text() -> None:
    svg = Chart("t", [Bar("a", {"n": 1})], ["n"]).svg
    dark = svg[svg.index("prefers-color-scheme: dark") :]
    assert "fill: #16191d" in dark
    assert "fill: #e4e6e8" in dark


def test_save_writes_the_svg(tmp_path: Path) -> None:
    chart = Chart("Größen", [Bar("a", {"n": 1})], ["n"])
    chart.save(tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text("utf-8") == chart.svg + "\n"
    assert chart._repr_svg_() == chart.svg
    assert repr(chart) == "<Chart 'Größen' with 1 bar>"


def test_missing_library_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['pygal'] = None\n"
        "from britive_scim import charts\n"
        "chart = charts.Chart('t', [], ['n'])\n"
        "print(chart.table().to_text())\n"
        "try: chart.svg\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == (
        "ConfigurationError charts require pygal, which is not installed; "
        'install it with `pip install "britive-scim[notebook]"`'
    )


@pytest.mark.parametrize(
    ("size", "ticks"),
    [
        (1, ["0", "1"]),
        (6, [str(n) for n in range(7)]),
        (70, ["0", "20", "40", "60", "80"]),
        (1_200, ["0", "200", "1,200"]),
    ],
)
def test_axis_has_whole_numbers(size: int, ticks: list[str]) -> None:
    svg = Chart("t", [Bar("a", {"n": size})], ["n"], is_horizontal=False).svg
    texts = [text for text in read_texts(svg) if text.replace(",", "").isdigit()]
    assert [text for text in texts if text in ticks] == ticks
    assert len(texts) == len(set(texts)) <= 8
