"""Warning about a table of a source that was not read to its end."""

from __future__ import annotations

import warnings
from typing import Protocol

from britive_scim.errors.help_url import Documented

__all__ = ["IncompleteTableWarning", "ReadState", "warn_if_incomplete"]


class IncompleteTableWarning(Documented, UserWarning):
    """Rows may be missing: the source was not proven to be read to its end.

    Raised:
        By `to_pandas`, `to_polars`, `to_arrow` and `to_csv` of lists, as a warning: the table is returned all the same.

    Cause:
        The server ended the list early, repeated a page, or sent no total that would prove the end.

    Remedy:
        Read `pager.why_incomplete`. Never delete users because they are missing in such a table. To stop instead, turn
        the warning into an error by `warnings.simplefilter("error", IncompleteTableWarning)`.

    Examples:
        >>> import tempfile
        >>> import warnings
        >>> from pathlib import Path
        >>> from britive_scim import scim
        >>> from britive_scim.tables import IncompleteTableWarning
        >>> from britive_scim.testing import Capabilities, Tenant
        >>> tenant = Tenant("acme", capabilities=Capabilities(last_page=False))
        >>> okta = tenant.scim_client("Okta")
        >>> for name in ("ana", "bo", "cy"):
        ...     user = scim.User.of(
        ...         email=f"{name}@acme.com", given_name=name, family_name="Ray"
        ...     )
        ...     _ = okta.users.create(user)
        >>> users = okta.users.list(page_size=2)
        >>> file = Path(tempfile.mkdtemp()) / "users.csv"
        >>> with warnings.catch_warnings(record=True) as caught:
        ...     warnings.simplefilter("always", IncompleteTableWarning)
        ...     users.to_csv(file)
        >>> print(caught[0].message)
        rows may be missing: the server announced 3 items and sent 2
    """


class ReadState(Protocol):
    """State of the source of a table, such as a pager or a directory."""

    @property
    def complete(self) -> bool | None:
        """True if everything was read, as far as can be known; `None` before the end."""
        ...


def warn_if_incomplete(state: ReadState, *, stacklevel: int) -> None:
    """Warn that rows may be missing, if the source is known to be incomplete."""
    if state.complete is False:
        reason: str | None = getattr(state, "why_incomplete", None)
        message = f"rows may be missing: {reason}" if reason else "rows may be missing"
        warnings.warn(message, IncompleteTableWarning, stacklevel=stacklevel)
