"""Addresses of the sections of the documentation about exceptions and warnings.

Each public class has a section of its own on the page `errors/`; the anchor is the name of the class in lower case.
"""

from __future__ import annotations

import functools

__all__ = ["Documented", "find_help_url", "format_help", "read_docs_url"]

_PAGE = "errors/"
_DISTRIBUTION = "britive-scim"


class Documented:
    """Base of exceptions and warnings with a section in the documentation."""

    @property
    def help_url(self) -> str:
        """Address of the section of the documentation about this class, such as `errors/#conflict`.

        It is absolute if the installed package names the address of its documentation, else relative to it.
        """
        return find_help_url(type(self))


def find_help_url(cls: type) -> str:
    """Return the address of the section about a class; a subclass from elsewhere has that of its base.

    Examples:
        >>> from britive_scim import errors
        >>> find_help_url(errors.Conflict).endswith("errors/#conflict")
        True
    """
    names = (
        base.__name__
        for base in cls.__mro__
        if base.__module__.startswith("britive_scim.") and not base.__name__.startswith("_")
    )
    return f"{read_docs_url(_DISTRIBUTION)}{_PAGE}#{next(names, '').lower()}"


def format_help(error: Documented) -> str:
    """Return the line that names the section about an error, for people."""
    url = error.help_url
    return f"help: {url}" if "://" in url else f"help: {url} in the documentation"


@functools.cache
def read_docs_url(distribution: str) -> str:
    """Return the address of the documentation from the metadata of an installed distribution, "" without one."""
    from importlib.metadata import PackageNotFoundError, metadata  # slow to import

    try:
        labels = metadata(distribution).get_all("Project-URL") or ()
    except PackageNotFoundError:  # imported from a folder, or from an archive
        return ""
    for entry in labels:
        label, _, url = str(entry).partition(", ")
        if label == "Documentation" and url:
            return f"{url.rstrip('/')}/"
    return ""
