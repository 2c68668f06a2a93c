"""Settings for users who ask to become members of a tag."""

from __future__ import annotations

from britive_scim.admin.base import LenientBool, Model

__all__ = ["AccessRequestSettings", "ManagerApproval", "NotificationMedium"]


class NotificationMedium(Model):
    """Where approvers are told of a request (`NotificationMediumDto`)."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    application: str | None = None
    channels: list[str] | None = None


class ManagerApproval(Model):
    """Whether managers approve; `condition` is `Any`, `All` or `Manager`."""

    required: LenientBool | None = None
    condition: str | None = None


class AccessRequestSettings(Model):
    """How membership of tags is requested (`TagAccessRequestSettingsDto`).

    Attributes:
        allow_access_request: whether users may ask.
        approval_time_out: text; its form is not documented.
        notification_mediums: where approvers are told.
        manager_approval: whether managers approve.

    Source: OpenAPI `getTagAccessRequestSettings` (documented).
    """

    allow_access_request: LenientBool | None = None
    approval_time_out: str | None = None
    notification_mediums: list[NotificationMedium] | None = None
    manager_approval: ManagerApproval | None = None
