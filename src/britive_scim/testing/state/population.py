"""Generated test data: users with departments and managers, groups of all sizes, and gaps as in real data."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

from britive_scim.scim.names import ENTERPRISE_USER, GROUP, USER

__all__ = ["generate_groups", "generate_users", "select_members"]

_DEPARTMENT_GAP = 50
"""One user in this many has no department."""

_GROUP_GAP = 30
"""One active user in this many is in no group."""

_INACTIVE_MEMBERS = 2
"""Number of inactive users that are still in groups."""

_ALWAYS_INACTIVE = (13, 27)
"""Numbers of two users that are inactive with every seed, so that a small population has them."""

_SHARED_EMAIL = 11
"""Number of the user who has the e-mail of the previous one, in another spelling."""

_GIVEN_NAMES = [
    "Ada",
    "Amir",
    "Ana",
    "Anna",
    "Arjun",
    "Aya",
    "Bela",
    "Bo",
    "Carlos",
    "Chen",
    "Chloé",
    "Cora",
    "Dana",
    "Daniel",
    "David",
    "Diego",
    "Elena",
    "Emeka",
    "Emma",
    "Erik",
    "Fatima",
    "Felix",
    "Freya",
    "Grace",
    "Hana",
    "Hugo",
    "Ines",
    "Ivan",
    "Jamal",
    "Jana",
    "Joao",
    "Jonas",
    "José",
    "Kai",
    "Karin",
    "Kofi",
    "Lars",
    "Laura",
    "Leila",
    "Lena",
    "Li",
    "Lucas",
    "Maja",
    "Maria",
    "Mateo",
    "Mei",
    "Mila",
    "Mohamed",
    "Nadia",
    "Naomi",
    "Nils",
    "Noor",
    "Olga",
    "Omar",
    "Oscar",
    "Paula",
    "Pedro",
    "Priya",
    "Rosa",
    "Ruth",
    "Sami",
    "Sara",
    "Sofia",
    "Søren",
    "Tariq",
    "Tomás",
    "Uma",
    "Vera",
    "Wei",
    "Yara",
    "Yuki",
    "Zoë",
]
_FAMILY_NAMES = [
    "Ahmed",
    "Andersson",
    "Bakker",
    "Baker",
    "Becker",
    "Berg",
    "Byron",
    "Castro",
    "Chen",
    "Costa",
    "Diaz",
    "Dubois",
    "Evans",
    "Fischer",
    "Flores",
    "Garcia",
    "Gómez",
    "Gupta",
    "Haddad",
    "Hansen",
    "Hernández",
    "Hughes",
    "Ibrahim",
    "Ito",
    "Jansen",
    "Jensen",
    "Jones",
    "Kaya",
    "Khan",
    "Kim",
    "Kowalski",
    "Larsen",
    "Lee",
    "Lopez",
    "Lund",
    "Martin",
    "Meyer",
    "Mori",
    "Moreau",
    "Müller",
    "Nakamura",
    "Nguyen",
    "Novak",
    "O'Brien",
    "Okafor",
    "Olsen",
    "Park",
    "Patel",
    "Pereira",
    "Petrov",
    "Popov",
    "Reyes",
    "Rossi",
    "Ruiz",
    "Sato",
    "Schmidt",
    "Silva",
    "Singh",
    "Smith",
    "Sokolov",
    "Suzuki",
    "Tanaka",
    "Taylor",
    "Torres",
    "Vargas",
    "Virtanen",
    "Wagner",
    "Wang",
    "Weber",
    "Williams",
    "Wilson",
    "Wong",
    "Yilmaz",
    "Zhang",
    "Ziegler",
]
_DEPARTMENTS = {
    "Engineering": ("Software Engineer", "Senior Engineer", "Engineering Manager", "Architect"),
    "Operations": ("Site Reliability Engineer", "Systems Administrator", "Operations Manager"),
    "Security": ("Security Analyst", "Security Engineer", "Head of Security"),
    "Finance": ("Accountant", "Controller", "Financial Analyst"),
    "Sales": ("Account Executive", "Sales Manager", "Sales Engineer"),
    "Support": ("Support Engineer", "Support Lead"),
    "People": ("Recruiter", "HR Partner"),
    "Legal": ("Counsel", "Paralegal"),
}
_LOCATIONS = (
    ("Berlin", "DE", "de-DE", "Europe/Berlin"),
    ("London", "GB", "en-GB", "Europe/London"),
    ("Austin", "US", "en-US", "America/Chicago"),
    ("Toronto", "CA", "en-CA", "America/Toronto"),
    ("Bengaluru", "IN", "en-IN", "Asia/Kolkata"),
    ("São Paulo", "BR", "pt-BR", "America/Sao_Paulo"),
    ("Osaka", "JP", "ja-JP", "Asia/Tokyo"),
)
_TO_ASCII = str.maketrans("áéíóúãõçñöüøëä", "aeiouaocnouoea", "'")


def generate_users(count: int, rng: random.Random, start: int = 0) -> Iterator[dict[str, Any]]:
    """Yield users in wire form with distinct userNames and externalIds.

    About one in twenty is inactive, and one in fifty has no department. One has the e-mail of another user
    in another spelling. Managers are not set, because they need ids.

    Args:
        count: number of users.
        rng: random generator; the same state yields the same users.
        start: number of the first user, which is part of userName and externalId.
    """
    previous_email: str | None = None
    for number in range(start, start + count):
        given, family = rng.choice(_GIVEN_NAMES), rng.choice(_FAMILY_NAMES)
        department = rng.choice(tuple(_DEPARTMENTS))
        city, country, locale, timezone = rng.choice(_LOCATIONS)
        user_name = f"{given}.{family}.{number}@example.com".lower().translate(_TO_ASCII)
        email = user_name
        if number == _SHARED_EMAIL and previous_email is not None:
            email = previous_email.title()
        previous_email = user_name
        user: dict[str, Any] = {
            "schemas": [USER, ENTERPRISE_USER],
            "externalId": f"hr-{number:06}",
            "userName": user_name,
            "name": {"givenName": given, "familyName": family},
            "displayName": f"{given} {family}",
            "title": rng.choice(_DEPARTMENTS[department]),
            "locale": locale,
            "timezone": timezone,
            "active": rng.random() >= 0.05 and number not in _ALWAYS_INACTIVE,
            "emails": [{"value": email, "type": "work", "primary": True}],
            "phoneNumbers": [{"value": f"+1-555-{rng.randrange(10**7):07}", "type": "work"}],
            "addresses": [{"type": "work", "locality": city, "country": country}],
            ENTERPRISE_USER: {
                "employeeNumber": f"E{number:06}",
                "costCenter": str(1000 + 10 * sorted(_DEPARTMENTS).index(department)),
                "organization": "Example",
            },
        }
        if number % _DEPARTMENT_GAP != _DEPARTMENT_GAP - 1:
            user[ENTERPRISE_USER]["department"] = department
        yield user


def select_members(users: Iterable[tuple[str, bool]]) -> list[str]:
    """Return the ids of the users that groups may contain.

    A few active users are left out, and all inactive ones but two.

    Args:
        users: id of each user, and whether it is active.
    """
    selected: list[str] = []
    active_count = inactive_count = 0
    for id_, is_active in users:
        if is_active:
            active_count += 1
            is_selected = active_count % _GROUP_GAP != 0
        else:
            inactive_count += 1
            is_selected = inactive_count <= _INACTIVE_MEMBERS
        if is_selected:
            selected.append(id_)
    return selected


def generate_groups(
    count: int, user_ids: list[str], rng: random.Random, start: int = 0
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Yield groups in wire form with the ids of their members.

    Group number 0 has every possible member. Of the others most are small, some empty, a few large.

    Args:
        count: number of groups.
        user_ids: ids of the possible members.
        rng: random generator.
        start: number of the first group, which is part of displayName and externalId.
    """
    roles = ("Admins", "Readers", "Operators", "Auditors", "Developers", "Owners")
    for number in range(start, start + count):
        if number == 0:
            name, members = "Everyone", list(user_ids)
        else:
            department = rng.choice(tuple(_DEPARTMENTS))
            name = f"{department} {rng.choice(roles)} {number}"
            size = min(len(user_ids), int(rng.paretovariate(0.9)) - 1 + rng.randrange(8))
            members = rng.sample(user_ids, size)
        yield (
            {"schemas": [GROUP], "externalId": f"grp-{number:05}", "displayName": name},
            members,
        )
