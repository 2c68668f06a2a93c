"""Values that a provider does not keep: attributes that it drops, and single values that it alters."""

from britive_scim.provisioning import Directory, Memory, plan
from britive_scim.provisioning.directory.records import Completeness
from britive_scim.provisioning.unkept_values import UnkeptValues, compute_value_digest
from support.each_value import each_value

CODE = "urn:acme:User:costCode"


@each_value(
    "path, values, other",
    [
        ("title", {"title": "Chief"}, {"title": ""}),
        ("name.familyName", {"name": {"familyName": "Lee"}}, {"name": {"givenName": "Ana"}}),
        (CODE, {"urn:acme:User": {"costCode": "x"}}, {"urn:acme:User": {"other": "x"}}),
        ('emails[type eq "work"].value', {"emails": [{"type": "work", "value": "a@b.c"}]}, {}),
    ],
)
def test_dropped_attribute_counts_only_if_nobody_has_it(
    path: str, values: dict[str, object], other: dict[str, object]
) -> None:
    assert set(UnkeptValues([path], {}, [other, {}]).list_paths("1", {})) == {path}
    assert not UnkeptValues([path], {}, [other, values]).list_paths("1", {})


def test_single_value_counts_for_its_resource_until_another_is_wanted() -> None:
    unkept = UnkeptValues([], {"1": {"title": compute_value_digest("Chief of all")}}, [])
    assert set(unkept.list_paths("1", {"title": "Chief of all"})) == {"title"}
    assert not unkept.list_paths("1", {"title": "Chief"})
    assert not unkept.list_paths("2", {"title": "Chief of all"})


def test_one_altered_value_does_not_end_the_synchronization_of_others() -> None:
    """R22: a title that the provider cuts for one person is named once; the titles of others are still set."""
    people = [
        {"externalId": f"E{n}", "userName": f"u{n}@acme.com", "title": "Chief of all"} for n in "12"
    ]
    groups = [{"externalId": f"G{n}", "displayName": f"Group of all {n}"} for n in "12"]
    found = Directory.found(
        [{**person, "id": f"id{n}", "title": "Chief"} for n, person in enumerate(people, 1)],
        [
            ({**group, "id": f"g{n}", "displayName": f"Group {n}"}, ())
            for n, group in enumerate(groups, 1)
        ],
        completeness=Completeness(),
        scim_url=None,
        provider=None,
        read_at=None,
    )
    memory = Memory(
        unkept={"User": {"title"}, "Group": {"displayName"}},
        unkept_values={
            "id1": {"title": compute_value_digest("Chief of all")},
            "g1": {"displayName": compute_value_digest("Group of all 1")},
        },
    )
    made = plan(Directory.of(people, groups), found, memory=memory)
    assert [(change.id, change.action) for change in made.changes] == [
        ("id2", "update"),
        ("g2", "rename"),
    ]
