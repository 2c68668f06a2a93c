"""HTML elements from Python values; every value is escaped by one function."""

from __future__ import annotations

import html
from collections.abc import Iterable

__all__ = ["Html", "element", "escape", "join"]

_VOID = frozenset({"br", "hr", "input", "link", "meta"})
"""Elements without content and end tag."""


class Html(str):
    """Markup that is inserted unchanged."""

    __slots__ = ()


def escape(value: object) -> Html:
    """Return a value as markup: `Html` unchanged, everything else escaped.

    Examples:
        >>> escape("<b> & 'c'")
        '&lt;b&gt; &amp; &#x27;c&#x27;'
    """
    return value if isinstance(value, Html) else Html(html.escape(str(value), quote=True))


def join(*children: object) -> Html:
    """Return values one after the other; `None` is left out, and iterables are joined."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str) or not isinstance(child, Iterable):
            parts.append(escape(child))
        else:
            items: Iterable[object] = child  # pyright: ignore[reportUnknownVariableType] - of any objects
            parts.append(join(*items))
    return Html("".join(parts))


def element(tag: str, /, *children: object, **attributes: object) -> Html:
    """Return an element.

    Args:
        tag: name of the element.
        children: content; see `join`.
        attributes: attributes with `_` for `-`, and one `_` at the end of Python's keywords. `None` and
            `False` leave an attribute out, `True` gives it without a value.

    Examples:
        >>> element("a", "A & B", href="/?q=1&r=2", aria_current=None, class_="x")
        '<a href="/?q=1&amp;r=2" class="x">A &amp; B</a>'
    """
    text = "".join(
        f" {name.removesuffix('_').replace('_', '-')}"
        + ("" if value is True else f'="{html.escape(str(value), quote=True)}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{text}>")
    return Html(f"<{tag}{text}>{join(*children)}</{tag}>")
