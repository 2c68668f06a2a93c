"""Text that IPython shows for an object, where it shows text: in a terminal, and for the elements of a list."""

from __future__ import annotations

from typing import Any

__all__ = ["NotebookText", "describe", "join_parts"]


class NotebookText:
    """Base of objects whose text in a notebook is not their `repr`: one line that says who it is, or a report."""

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # IPython takes the first class that defines this method or __repr__, which dataclasses define.
        type.__setattr__(cls, "_repr_pretty_", NotebookText._repr_pretty_)

    def _format_for_notebook(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002 - the protocol of IPython
        for number, line in enumerate(describe(self).split("\n")):
            if number:
                printer.break_()
            printer.text(line)


def describe(value: object) -> str:
    """Return the text that a notebook shows for an object: one line for a resource, else its string."""
    return value._format_for_notebook() if isinstance(value, NotebookText) else str(value)


def join_parts(*parts: object) -> str:
    """Return the parts that have a value, with a dot between them.

    Examples:
        >>> join_parts("ana@acme.com", None, "active")
        'ana@acme.com · active'
    """
    return " · ".join(str(part) for part in parts if part is not None and part != "")
