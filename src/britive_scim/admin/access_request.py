"""Settings of access requests: users request membership of a tag."""

from __future__ import annotations

from britive_scim.admin.base import LenientBool, Model

__all__ = ["AccessRequestSettings", "ManagerApproval", "NotificationMedium"]


class NotificationMedium(Model):
    """A medium that notifies approvers of a request (`NotificationMediumDto`)."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    application: str | None = None
    channels: list[str] | None = None


class ManagerApproval(Model):
    """Approval by managers; `condition` is `Any`, `All` or `Manager`."""

    required: LenientBool | None = None
    condition: str | None = None


class AccessRequestSettings(Model):
    """Settings of membership requests (`TagAccessRequestSettingsDto`).

    Attributes:
        allow_access_request: whether users may request membership.
        approval_time_out: a string; its format is not documented.
        notification_mediums: media that notify approvers.
        manager_approval: whether managers approve.

    Source: OpenAPI `getTagAccessRequestSettings` (documented).
    """

    allow_access_request: LenientBool | None = None
    approval_time_out: str | None = None
    notification_mediums: list[NotificationMedium] | None = None
    manager_approval: ManagerApproval | None = None
