"""Findings about the attributes of users: e-mail addresses, mandatory attributes, managers, and names in other case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from britive_scim.admin import MANDATORY_ATTRIBUTES
from britive_scim.provisioning.directory.findings import Finding
from britive_scim.provisioning.directory.group_findings import list_others
from britive_scim.provisioning.directory.mapping_checks import iter_previews
from britive_scim.provisioning.directory.members import UserIndex
from britive_scim.provisioning.directory.record_values import (
    find_manager,
    get_email,
    get_status,
    get_text,
    list_emails,
    name_group,
    name_user,
)
from britive_scim.provisioning.directory.records import UserRecord
from britive_scim.provisioning.directory.rule_check import RuleCheck
from britive_scim.provisioning.directory.shown_attributes import is_of_admin_api
from britive_scim.provisioning.rules import ProvisioningRules
from britive_scim.scim.datatypes import normalize_caseless, normalize_user_name

__all__ = ["USER_CHECKS"]


def _find_duplicate_emails(check: RuleCheck) -> Iterator[Finding]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for user in check.directory.user_records:
        for address in dict.fromkeys(map(normalize_caseless, list_emails(user))):
            users[address].append(name_user(user))
    if not users and check.directory.user_records:
        check.leave_out("no user has an e-mail address")
    for address, names in users.items():
        for position, name in enumerate(names if len(names) > 1 else ()):
            yield check.find(user=name, detail=f"{address}, also of {list_others(names, position)}")


def _find_missing_attributes(check: RuleCheck) -> Iterator[Finding]:
    users = check.directory.user_records
    missing: Iterable[tuple[UserRecord, list[str]]]
    if is_of_admin_api(check.directory):
        missing = ((user, _list_missing_fields(user)) for user in users)
    elif check.provider_rules is None:
        check.leave_out(
            "the mappings of the identity provider are required:"
            " findings(rules=britive.identity_providers.rules(name))"
        )
        return
    else:
        missing = _iter_missing_attributes(check, check.provider_rules)
    for user, names in missing:
        if names:
            yield check.find(user=name_user(user), detail=f"without {', '.join(names)}")


def _list_missing_fields(user: UserRecord) -> list[str]:
    """Return the mandatory identity attributes without a value, as the admin API shows them."""
    values = {
        "Username": get_text(user.values, "userName"),
        "Email": get_email(user),
        "First Name": get_text(user.values, "name", "givenName"),
        "Last Name": get_text(user.values, "name", "familyName"),
        "Status": get_status(user),
    }
    return [name for name in MANDATORY_ATTRIBUTES if values[name] is None]


def _iter_missing_attributes(
    check: RuleCheck, rules: ProvisioningRules
) -> Iterator[tuple[UserRecord, list[str]]]:
    """Yield users with the mandatory attributes that a mapping reads, and that have no value."""
    if rules.unmapped:
        name = rules.identity_provider or "the identity provider"
        check.leave_out(f"{name} has no mapping of {', '.join(rules.unmapped)}")
    for user, preview in iter_previews(check.directory.user_records, rules):
        yield user, [name for name in preview.missing if name not in rules.unmapped]


def _find_dangling_managers(check: RuleCheck) -> Iterator[Finding]:
    users = check.directory.user_records
    managed = [(user, key) for user in users if (key := find_manager(user)) is not None]
    if not managed:
        check.leave_out(
            "the admin API shows no managers; read the directory by SCIM"
            if is_of_admin_api(check.directory)
            else "no user has a manager"
        )
        return
    if check.directory.completeness.users is False:
        check.leave_out("not all users were read")
        return
    ids = {user.id for user in users}
    index = UserIndex(users if check.directory.kind == "wanted" else ())
    for user, key in managed:
        if key not in ids and index.find(key)[0] is None:
            yield check.find(user=name_user(user), detail=f"manager {key} is not among the users")


def _find_similar_names(check: RuleCheck) -> Iterator[Finding]:
    users = [name_user(user) for user in check.directory.user_records]
    for names, position in _iter_similar(users, normalize_user_name):
        detail = f"differs only in case or width from {list_others(names, position)}"
        yield check.find(user=names[position], detail=detail)
    groups = [name_group(group) for group in check.index.groups]
    for names, position in _iter_similar(groups, lambda name: normalize_caseless(_trim(name))):
        detail = f"differs only in case or blanks from {list_others(names, position)}"
        yield check.find(group=names[position], detail=detail)


def _trim(name: str) -> str:
    return " ".join(name.split())


def _iter_similar(
    names: Iterable[str], normalize: Callable[[str], str]
) -> Iterator[tuple[Sequence[str], int]]:
    """Yield each name of several that are equal when normalized: all of them, and its position."""
    similar: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name in names:
        similar[normalize(name)][name] = None
    for spellings in similar.values():
        listed = list(spellings)
        yield from ((listed, position) for position in range(len(listed)) if len(listed) > 1)


USER_CHECKS: Mapping[str, Callable[[RuleCheck], Iterator[Finding]]] = {
    "duplicate-email": _find_duplicate_emails,
    "missing-mandatory": _find_missing_attributes,
    "dangling-manager": _find_dangling_managers,
    "names-differ-in-case": _find_similar_names,
}
"""Check by name of the rule."""
