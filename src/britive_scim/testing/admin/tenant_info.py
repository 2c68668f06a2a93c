"""What the tenant tells of itself: banner, features, types of identity providers and attributes."""

from __future__ import annotations

from britive_scim.testing.admin.request import Call, Routes, answer, nothing
from britive_scim.testing.http.messages import Answer
from britive_scim.testing.state.defaults import DATA_TYPES, PROVIDER_TYPES

__all__ = ["ROUTES"]


def _banner(call: Call) -> Answer:
    banner = call.world.state.settings.get("banner")
    return nothing(200) if banner is None else answer(banner)


def _features(call: Call) -> Answer:
    return answer(call.world.state.settings.get("features", []))


def _provider_types(_: Call) -> Answer:
    return answer({name: name for name in PROVIDER_TYPES})


def _data_types(_: Call) -> Answer:
    return answer({name: name for name in DATA_TYPES})


ROUTES: Routes = {
    "banner": {"GET": _banner},
    "features": {"GET": _features},
    "identity-providers/types": {"GET": _provider_types},
    "users/attributes/data-types": {"GET": _data_types},
}
