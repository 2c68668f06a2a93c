"""A Britive tenant that lives in the process: SCIM service, admin API, faults, clock.

```python
from britive_scim.testing import Tenant

tenant = Tenant(name="acme")
britive = AdminClient("acme", tenant.api_token, transport=tenant.transport())
```

Nothing here uses the clients or their wire code, so the tenant cannot share a mistake with them.
"""

from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.console import Console
from britive_scim.testing.http.clock import Clock
from britive_scim.testing.http.faults import ConnectionCut, Fault, Faults, RateLimit
from britive_scim.testing.http.messages import Answer, Exchange, Exchanges
from britive_scim.testing.identity_providers import IdentityProviders, TenantIdentityProvider
from britive_scim.testing.replay import NotRecorded, Recorded, Replay, replay
from britive_scim.testing.tenant import Snapshot, Tenant

__all__ = [
    "Answer",
    "Capabilities",
    "Clock",
    "ConnectionCut",
    "Console",
    "Exchange",
    "Exchanges",
    "Fault",
    "Faults",
    "IdentityProviders",
    "NotRecorded",
    "RateLimit",
    "Recorded",
    "Replay",
    "Snapshot",
    "Tenant",
    "TenantIdentityProvider",
    "replay",
]
