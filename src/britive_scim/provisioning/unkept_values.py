"""Values that a provider does not keep: by attribute, and those of single users and groups."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from britive_scim import scim
from britive_scim.scim.json_values import is_object

__all__ = ["UnkeptValues", "compute_value_digest", "read_value"]


def compute_value_digest(value: Any) -> str:
    """Return the first 16 digits of the SHA-256 of a value in wire form.

    Examples:
        >>> compute_value_digest({"a": 1, "b": [2]}) == compute_value_digest({"b": [2], "a": 1})
        True
    """
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class UnkeptValues:
    """Paths that are not compared, since the provider does not keep their values.

    A path counts for all resources only if none that was found has a value there: one title that a provider cuts or
    refuses must not end the synchronization of all titles.

    Args:
        paths: paths that the provider did not store.
        values: digests of the values that it did not store as they were sent, by id and path.
        found: resources of the target in wire form.
    """

    def __init__(
        self,
        paths: Collection[str],
        values: Mapping[str, Mapping[str, str]],
        found: Iterable[Mapping[str, Any]],
    ) -> None:
        self._values = values
        left = set(paths)
        for resource in found if left else ():
            left -= {path for path in left if read_value(resource, path) not in (None, "", [], {})}
            if not left:
                break
        self._paths = frozenset(left)

    def list_paths(self, id_: str, wanted: Mapping[str, Any]) -> Collection[str]:
        """Return the paths that are not compared for a resource.

        Args:
            id_: id of the resource.
            wanted: its wanted values in wire form.
        """
        digests = self._values.get(id_)
        if not digests:
            return self._paths
        return self._paths | {
            path
            for path, digest in digests.items()
            if compute_value_digest(read_value(wanted, path)) == digest
        }


def read_value(values: Mapping[str, Any], path: str) -> Any:
    """Return the value at a path of values in wire form, or `None`."""
    urn, _, name = path.rpartition(":")
    part: Any = values.get(urn) if urn else values
    if "." in name or "[" in path or not is_object(part):
        return scim.read(values, path)
    return part.get(name)
