"""Users of the benchmarks: fictitious, and the same in every run."""

from __future__ import annotations

from typing import Any

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GIVEN_NAMES = ["Ana", "Bob", "Chloe", "Dev", "Eve", "Finn", "Gita", "Hugo", "Ines", "Jack"]
FAMILY_NAMES = [
    "Jensen",
    "Johnson",
    "Smith",
    "Garcia",
    "Nguyen",
    "Olsen",
    "Patel",
    "Rossi",
    "Weber",
]
DEPARTMENTS = ["Engineering", "Sales", "Finance", "Support", "Legal"]

User = dict[str, Any]


def build_id(number: int) -> str:
    return f"{number:08x}-7f76-453a-919d-{(number * 2654435761) % 2**48:012x}"


def build_user(number: int) -> User:
    """Return a user as identity providers send it, about 1.3 kB of JSON."""
    given, family = GIVEN_NAMES[number % 10], FAMILY_NAMES[(number // 10) % 9]
    name = f"{given}.{family}.{number}".lower()
    user: User = {
        "schemas": [USER, ENTERPRISE],
        "id": build_id(number),
        "externalId": f"ext-{number:06d}",
        "userName": f"{name}@example.com",
        "name": {"formatted": f"{given} {family}", "familyName": family, "givenName": given},
        "displayName": f"{given} {family}",
        "userType": "Employee" if number % 3 else "Contractor",
        "preferredLanguage": "en-US",
        "locale": "en-US",
        "timezone": "America/Los_Angeles",
        "active": number % 7 != 0,
        "emails": [
            {"value": f"{name}@example.com", "type": "work", "primary": True},
            {"value": f"{name}@example.org", "type": "home"},
        ],
        "phoneNumbers": [{"value": f"+1-555-{number % 10000:04d}", "type": "work"}],
        "addresses": [
            {"type": "work", "locality": "San Francisco", "region": "CA", "country": "US"}
        ],
        ENTERPRISE: {
            "employeeNumber": f"{700000 + number}",
            "costCenter": f"CC{number % 40}",
            "organization": "Example Inc.",
            "department": DEPARTMENTS[number % 5],
            "manager": {"value": build_id(number // 8), "displayName": "The Manager"},
        },
        "meta": {
            "resourceType": "User",
            "created": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T04:56:22Z",
            "lastModified": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}T04:42:34Z",
            "location": f"https://example.com/scim/v2/Users/{build_id(number)}",
            "version": f'W/"{number:x}"',
        },
    }
    if number % 2:
        user["title"] = "Engineer"
    return user
