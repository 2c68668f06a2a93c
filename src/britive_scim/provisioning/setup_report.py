"""Report of a set-up: which value goes into which field of the identity provider's console, and what remains."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from britive_scim.notebook_text import NotebookText
from britive_scim.provisioning.consoles import BRITIVE_STEP, ProviderConsole
from britive_scim.scim.mapped_values import list_mapped_attributes
from britive_scim.scim.names import CUSTOM_USER
from britive_scim.tables import Table, shorten

__all__ = ["ConsoleField", "ManualStep", "SetupReport", "build_setup_report"]

_MASK = "***"
_WIDTH = 80
_MAX_VALUE = 1000  # of characters; a URL is never cut


@dataclass(frozen=True, slots=True)
class ConsoleField:
    """One field of the console of an identity provider.

    Attributes:
        place: tab or page of the console, such as `Provisioning`.
        name: name of the field, such as `Base URL`.
        value: value to enter; `***` for a secret, `None` if it is not known.
        note: remark about the value, such as the origin of a secret.
    """

    place: str
    name: str
    value: str | None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the field as JSON data."""
        return {"place": self.place, "name": self.name, "value": self.value, "note": self.note}

    def _format_value(self) -> str:
        if self.value is None:
            return f"({self.note})"
        return f"{self.value} ({self.note})" if self.note else self.value


@dataclass(frozen=True, slots=True)
class ManualStep:
    """One step that remains to be done by hand.

    Attributes:
        console: product whose console is used, such as `Britive` or `Okta`.
        action: the step, with its place in the console.
    """

    console: str
    action: str

    def to_dict(self) -> dict[str, Any]:
        """Return the step as JSON data."""
        return {"console": self.console, "action": self.action}

    def __str__(self) -> str:
        return f"{self.console}: {self.action}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupReport(NotebookText):
    """Values to enter in the console of an identity provider, and the steps that remain; without secrets.

    `str` returns it as text, a notebook shows it as HTML.

    Attributes:
        console: name of the product, such as `Okta`.
        fields: fields of its console with their values.
        remaining: steps to do by hand, in order.
        notes: deviations from the guide.
        guides: addresses of the vendors' guides.

    Examples:
        >>> from britive_scim.testing import Tenant
        >>> connection = Tenant("acme").admin_client().set_up_provisioning("Okta Workforce")
        >>> report = connection.report()
        >>> for field in report.fields:
        ...     print(f"{field.name}: {field.value}")
        Base URL: https://acme.britive-app.com/api/scim/v2
        Secret Token: ***
        authentication type: Bearer Token
        Application username format: Email
        >>> print(report.remaining[-2])
        Okta: Assignments: assign users, or groups of users
    """

    console: str
    fields: tuple[ConsoleField, ...]
    remaining: tuple[ManualStep, ...]
    notes: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "console": self.console,
            "fields": [field.to_dict() for field in self.fields],
            "remaining": [step.to_dict() for step in self.remaining],
            "notes": list(self.notes),
            "guides": list(self.guides),
        }

    def __str__(self) -> str:
        lines = _align([(f"field in {self.console}", "value"), *self._list_values()])
        for console, actions in self._group_actions().items():
            lines += ["", f"To do in {console}"]
            for action in actions:
                lines += textwrap.wrap(
                    action,
                    _WIDTH,
                    initial_indent="- ",
                    subsequent_indent="  ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
        lines.append("")
        for note in self.notes:
            lines += textwrap.wrap(f"Note: {note}", _WIDTH, subsequent_indent="  ")
        lines += [f"Guide: {guide}" for guide in self.guides]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        import html  # has a large table, needed in notebooks only

        table = Table.from_rows((f"field in {self.console}", "value"), self._list_values())
        parts = [table.to_html(width=_MAX_VALUE, max_rows=None)]
        for console, actions in self._group_actions().items():
            steps = "".join(f"<li>{html.escape(action)}</li>" for action in actions)
            parts.append(f"<p>To do in {html.escape(console)}</p><ul>{steps}</ul>")
        parts += [f"<p>Note: {html.escape(note)}</p>" for note in self.notes]
        for guide in map(html.escape, self.guides):
            parts.append(f'<p>Guide: <a href="{guide}">{guide}</a></p>')
        return "".join(parts)

    def _list_values(self) -> list[tuple[str, str]]:
        """Return each field with its place, and its value with a remark."""
        return [(f"{field.place} > {field.name}", field._format_value()) for field in self.fields]

    def _group_actions(self) -> dict[str, list[str]]:
        """Return the actions that remain, by console."""
        actions: dict[str, list[str]] = {}
        for step in self.remaining:
            actions.setdefault(step.console, []).append(step.action)
        return actions


def build_setup_report(
    console: ProviderConsole,
    *,
    identity_provider_name: str,
    scim_provider: str | None,
    scim_url: str,
    scim_attributes: Iterable[str],
    has_token: bool,
    token_note: str,
) -> SetupReport:
    """Return the report of a set-up.

    Args:
        console: console of the identity provider.
        identity_provider_name: name of the identity provider in Britive.
        scim_provider: its SCIM provider; `None` is `Generic`.
        scim_url: its SCIM URL; empty if it is not known.
        scim_attributes: SCIM attributes that are mapped; custom ones get fields.
        has_token: whether the token is known; its value is never used.
        token_note: origin of the token, or the reason why it is not known.
    """
    fields = [
        ConsoleField(*console.url_field, scim_url or None, "" if scim_url else "not known yet"),
        ConsoleField(*console.token_field, _MASK if has_token else None, token_note),
        *(ConsoleField(*setting) for setting in console.settings),
    ]
    custom_names = _find_custom_names(scim_attributes)
    for name in custom_names:
        if console.has_namespace_field:
            fields.append(ConsoleField(console.custom_place, f"namespace of {name}", CUSTOM_USER))
        else:
            fields.append(ConsoleField(console.custom_place, name, f"{CUSTOM_USER}:{name}"))
    notes: list[str] = []
    if (actual := scim_provider or "Generic") != console.scim_provider:
        notes.append(
            f"the SCIM provider is {actual}; Britive's guide for {console.title} chooses "
            f"{console.scim_provider}"
        )
    custom_steps = [console.custom_step] if custom_names else []
    steps = [*console.steps, *custom_steps, *console.start_steps]
    return SetupReport(
        console=console.title,
        fields=tuple(fields),
        remaining=(
            ManualStep("Britive", BRITIVE_STEP.replace("{name}", identity_provider_name)),
            *(ManualStep(console.title, step) for step in steps),
        ),
        notes=tuple(notes),
        guides=console.guides,
    )


def _find_custom_names(scim_attributes: Iterable[str]) -> list[str]:
    """Return the names of the attributes that belong to Britive's custom extension."""
    attributes = (list_mapped_attributes(name)[0] for name in scim_attributes)
    return list(dict.fromkeys(item.name for item in attributes if item.is_custom))


def _align(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return lines of two columns; a value that is too long for its line is on the next one."""
    rows = [(name, shorten(value, _MAX_VALUE)) for name, value in rows]
    size = max(len(name) for name, value in rows if len(name) + len(value) + 2 <= _WIDTH)
    lines: list[str] = []
    for name, value in rows:
        if max(len(name), size) + len(value) + 2 <= _WIDTH:
            lines.append(f"{name:<{size}}  {value}")
        else:
            lines += [name, f"    {value}"]
    return lines
