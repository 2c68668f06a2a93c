"""Banner and features of the tenant."""

from __future__ import annotations

from britive_scim.admin.base import LenientBool, Model

__all__ = ["Banner", "Feature"]


class Banner(Model):
    """Notice on the login page.

    Attributes:
        message_type: `INFO`, `WARNING` or `CAUTION`.
        message: the text.

    Source: OpenAPI `getBanner` (documented).
    """

    message_type: str | None = None
    message: str | None = None


class Feature(Model):
    """A feature of the tenant and whether it is enabled (vendor's package)."""

    name: str | None = None
    enabled: LenientBool | None = None
