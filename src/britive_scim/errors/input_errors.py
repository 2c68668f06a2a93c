"""Errors that are raised before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from britive_scim.errors.base import BritiveScimError
from britive_scim.errors.caret import format_caret

__all__ = [
    "Ambiguous",
    "ConfigurationError",
    "DirectoryError",
    "InputError",
    "InvalidFilter",
    "InvalidPath",
    "InvalidResource",
    "InvalidSelection",
    "PatchError",
    "PlanRefused",
    "ReadOnly",
]

_MAX_SHOWN_PROBLEMS = 50


class InputError(BritiveScimError, ValueError):
    """Invalid argument or input data; nothing was sent.

    Raised:
        By a method whose arguments are invalid, and by functions on data of your program.

    Cause:
        The message names the argument, the expectation and the value: `id must be the id of a resource, got an empty
        string`.

    Remedy:
        Correct the argument. A retry fails again, and there is nothing to undo.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> try:
        ...     okta.users.get("")
        ... except errors.InputError as error:
        ...     print(error)
        id must be the id of a resource, got an empty string
    """


class _ScimSyntaxError(InputError):
    """Invalid filter or path, with the position of the fault."""

    _fields = ("scim_type", "text", "position", "operation_index")
    scim_type: ClassVar[str]

    text: str | None
    position: int | None
    operation_index: int | None

    def __init__(
        self, message: str, *, text: str | None = None, position: int | None = None
    ) -> None:
        if text is not None and position is not None:
            from britive_scim.errors.secret_names import mask_invalid_expression  # for errors only

            excerpt = format_caret(*mask_invalid_expression(text, position))
            message = f"{message}\n{excerpt}"
        super().__init__(message)
        self.text = text
        self.position = position
        self.operation_index = None

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON data; values of secret attributes in `text` are masked, and `position` fits it."""
        from britive_scim.errors.secret_names import mask_invalid_expression  # for errors only

        fields = super().to_dict()
        if self.text is not None:
            fields["text"], position = mask_invalid_expression(self.text, self.position or 0)
            fields["position"] = None if self.position is None else position
        return fields


class InvalidFilter(_ScimSyntaxError):
    """Filter that does not parse, or does not apply to the schema (RFC 7644 §3.4.2.2).

    Raised:
        By `scim.parse_filter`, by `filter=` of a list, and by a PATCH path with a filter.

    Cause:
        The filter has an error of syntax, or compares an attribute in a way that its type does not allow. Often the
        operator is `=` in place of `eq`, or a string is in single quotes.

    Remedy:
        Read the message: a caret marks the position. Build filters with values from outside by `scim.attr`, which
        quotes them.

    Attributes:
        text: the filter, if it was a string.
        position: offset in code points of the first character that cannot continue a valid filter;
            `None` if the position is unknown.
        operation_index: index of the operation in a PATCH request; `None` elsewhere.

    Examples:
        >>> from britive_scim import errors, scim
        >>> try:
        ...     scim.parse_filter('userName = "ana@acme.com"')
        ... except errors.InvalidFilter as error:
        ...     print(error)
        expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), got '='
          userName = "ana@acme.com"
                   ^
    """

    scim_type: ClassVar[str] = "invalidFilter"


class InvalidPath(_ScimSyntaxError):
    """Path that does not parse, or names nothing in the schema (RFC 7644 §3.5.2).

    Raised:
        By PATCH requests, by `attributes=` and `excluded_attributes=`, by `at(path)`, and by columns of tables.

    Cause:
        The path has an error of syntax, or the schema has no such attribute.

    Remedy:
        Write the name of the attribute as the message suggests. Attributes of an extension begin with the URN of its
        schema, or with its short name, as in `enterprise.department`.

    Attributes:
        text: the path, if it was a string.
        position: offset in code points of the first character that cannot continue a valid path, or
            `None`.
        operation_index: index of the operation in a PATCH request; `None` elsewhere.

    Examples:
        >>> from britive_scim import errors, scim
        >>> ana = scim.User.of(
        ...     email="ana@acme.com", given_name="Ana", family_name="Diaz"
        ... )
        >>> try:
        ...     ana.at("usrName")
        ... except errors.InvalidPath as error:
        ...     print(error)
        User has no attribute 'usrName'; did you mean 'userName'?
          usrName
          ^
    """

    scim_type: ClassVar[str] = "invalidPath"


class PatchError(InputError):
    """PATCH request that cannot be applied; the resource is unchanged (RFC 7644 §3.5.2).

    Raised:
        By `PatchRequest.apply`, by `patch` of a client, and by `scim.diff`.

    Cause:
        An operation has no target, changes a read-only attribute, or has a value of another type. The message begins
        with the index of the operation.

    Remedy:
        Correct the operation. `scim.diff(before, after)` returns a PATCH request that leads from one state to
        another.

    Attributes:
        scim_type: `noTarget`, `mutability`, `invalidValue`, `invalidSyntax`, ... (RFC 7644 §3.12).
        operation_index: index of the failing operation in the request, or `None`.

    Examples:
        >>> from britive_scim import errors, scim
        >>> try:
        ...     scim.PatchRequest.parse({"Operations": [{"op": "remove"}]})
        ... except errors.PatchError as error:
        ...     print(error.scim_type, error.operation_index)
        noTarget 0
    """

    _fields = ("scim_type", "operation_index")

    scim_type: str
    operation_index: int | None

    def __init__(self, message: str, *, scim_type: str, operation_index: int | None = None) -> None:
        super().__init__(message)
        self.scim_type = scim_type
        self.operation_index = operation_index


class InvalidSelection(InputError):
    """`attributes` and `excludedAttributes` were given together (RFC 7644 §3.9).

    Raised:
        By `get`, `list` and `search` of a client, and by `scim.select`.

    Cause:
        One lists the attributes to return, the other those to leave out; RFC 7644 permits only one of them.

    Remedy:
        Use one of the two arguments.

    Examples:
        >>> from britive_scim import errors, scim
        >>> try:
        ...     scim.select({}, attributes=["userName"], excluded=["name"])
        ... except errors.InvalidSelection as error:
        ...     print(error)
        attributes and excludedAttributes are mutually exclusive; use one of them
    """

    _fields = ("scim_type",)
    scim_type: ClassVar[str] = "invalidValue"


class InvalidResource(InputError):
    """Data that does not match its model.

    Raised:
        By `from_wire` of a model, on encoding a changed model, and on reading schemas.

    Cause:
        The data is not JSON, is not an object, or is a message of another type. A single malformed value does not
        raise: it is kept in `resource.unread`.

    Remedy:
        Read `problems`. They name the path of each value, not the value, which may be personal.

    Attributes:
        problems: one line per fault; each begins with the path of the attribute.

    Examples:
        >>> from britive_scim import errors, scim
        >>> try:
        ...     scim.User.from_wire("[]")
        ... except errors.InvalidResource as error:
        ...     print(error)
        data must be an object (User), got a list
    """

    _fields = ("problems",)

    problems: tuple[str, ...]

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n  ".join([message, *problems]))
        self.problems = tuple(problems)


class ConfigurationError(InputError):
    """Invalid or missing setting, credential or address.

    Raised:
        On creating a client, by `from_env`, and by the first request that needs the setting.

    Cause:
        An environment variable is missing, the URL is not that of an API, the token contains characters that a header
        cannot have, or an optional package is not installed.

    Remedy:
        Follow the message: it names the setting, variable or package.

    Examples:
        >>> from britive_scim import RetryPolicy, errors
        >>> try:
        ...     RetryPolicy(attempts=0)
        ... except errors.ConfigurationError as error:
        ...     print(error)
        attempts must be an integer from 1 to 100, got 0
    """


class Ambiguous(InputError):
    """More than one resource has a name that should be unique.

    Raised:
        By `find_by_…`, `upsert`, and by matching users and groups for a plan.

    Cause:
        The server has several resources with this name, user name or externalId. Lookups never choose one of them.

    Remedy:
        Look at the `candidates` and use the id of the right one. Delete or rename the others.

    Attributes:
        candidates: ids of the resources found.

    Examples:
        >>> from britive_scim import errors, scim
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> for email in ("ana@acme.com", "ana@acme.example"):
        ...     user = scim.User.of(
        ...         email=email, given_name="Ana", family_name="Diaz", external_id="P1"
        ...     )
        ...     _ = okta.users.create(user)
        >>> try:
        ...     okta.users.find_by_external_id("P1")
        ... except errors.Ambiguous as error:
        ...     print(len(error.candidates))
        2
    """

    _fields = ("candidates",)

    candidates: tuple[str, ...]

    def __init__(self, message: str, *, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class ReadOnly(InputError):
    """Write through a client with `read_only=True`; nothing was sent.

    Raised:
        By every method that changes something, before it sends the change.

    Cause:
        The client was created with `read_only=True`.

    Remedy:
        For changes, create a client without `read_only=True`. To see the changes of a program, use `dry_run()`.

    Examples:
        >>> from britive_scim import errors
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta", read_only=True)
        >>> try:
        ...     okta.users.delete("1")
        ... except errors.ReadOnly as error:
        ...     print(error)
        DELETE /Users/1 was not sent: this client is read-only; make one without read_only=True
    """


class DirectoryError(InputError):
    """Source of a directory that cannot be read, or that has problems; nothing was sent.

    Raised:
        By `Directory.read` and `Directory.of` for an unreadable source, and by `plan` for a source with problems.

    Cause:
        The file is missing, has another encoding, or some of its rows have missing, repeated or malformed values.

    Remedy:
        Correct the lines in `problems`; `wanted.problems` has them as a table, before a plan is made.

    Attributes:
        problems: one line per problem, with the line number of the source if known, without personal data. The message
            has the first ones, and a problem of many lines once.

    Examples:
        >>> from britive_scim import errors, provisioning
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> wanted = provisioning.Directory.of(
        ...     [{"userName": "ana@acme.com", "emails": 7}]
        ... )
        >>> try:
        ...     provisioning.plan(wanted, okta.read_directory())
        ... except errors.DirectoryError as error:
        ...     print(error)
        directory must have no problems, got 1 problem
          line 1, column emails: must be text, with ';' between several values, or a list
    """

    _fields = ("problems",)

    problems: tuple[str, ...]

    def __init__(
        self, message: str, *, problems: Sequence[str] = (), groups: Sequence[str] | None = None
    ) -> None:
        """Set the message and the problems.

        Args:
            message: first line of the message.
            problems: one line per problem.
            groups: the problems as lines of the message; by default one line each.
        """
        lines = problems if groups is None else groups
        shown = list(lines[:_MAX_SHOWN_PROBLEMS])
        if len(lines) > len(shown):
            shown.append(f"… and {len(lines) - len(shown):,} more, in .problems")
        super().__init__("\n  ".join([message, *shown]))
        self.problems = tuple(problems)


class PlanRefused(InputError):
    """Plan that exceeds a limit, or that belongs to another tenant or identity provider; nothing was sent.

    The message names each limit with the planned and the allowed number, and the option that allows it for one run.

    Raised:
        By `apply`, and by `plan` for a source without users or with exchanged user names.

    Cause:
        The plan makes more changes than a limit allows, for example because the source is incomplete. Or the client
        belongs to another tenant or identity provider than the plan.

    Remedy:
        Check the source first. If the number is right, allow it for this run as the message shows. Make a new plan
        for another target.

    Examples:
        >>> from britive_scim import errors, provisioning, scim
        >>> from britive_scim.testing import Tenant
        >>> okta = Tenant("acme").scim_client("Okta")
        >>> users = [
        ...     scim.User.of(
        ...         email=f"user{n}@acme.com", given_name="Ana", family_name="Diaz"
        ...     )
        ...     for n in range(30)
        ... ]
        >>> _ = okta.users.upsert_many(users)
        >>> policy = provisioning.Policy(missing="deactivate")
        >>> wanted = provisioning.Directory.of(users[:10])
        >>> plan = provisioning.plan(wanted, okta.read_directory(), policy=policy)
        >>> try:
        ...     okta.apply(plan)
        ... except errors.PlanRefused as error:
        ...     print(error)
        the plan exceeds 1 limit; nothing was sent
          deactivations: 20 planned, 10 allowed (max(10, 1 % of 30 users))
        to allow it for this run: apply(plan, allow={'deactivations': 20}), or --allow deactivations=20
    """
