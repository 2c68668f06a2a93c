"""An emulated Britive tenant in this process: SCIM service, admin API, faults, clock.

```python
from britive_scim.testing import Tenant

tenant = Tenant(name="acme")
britive = tenant.admin_client()
okta = tenant.scim_client("Okta")
```

The tenant shares no code with the clients and their wire modules, and so none of their mistakes.
"""

from britive_scim.testing.capabilities import Capabilities
from britive_scim.testing.console import Console
from britive_scim.testing.http.clock import TenantClock
from britive_scim.testing.http.faults import ConnectionCut, Fault, Faults, RateLimit
from britive_scim.testing.http.messages import ExchangeLog, TenantExchange, TenantResponse
from britive_scim.testing.identity_providers import TenantIdentityProvider, TenantIdentityProviders
from britive_scim.testing.pages.site import TenantPages
from britive_scim.testing.replay import NotRecorded, RecordedExchange, Replay, replay
from britive_scim.testing.state.recorder import RecordChange
from britive_scim.testing.tenant import Snapshot, Tenant

__all__ = [
    "Capabilities",
    "ConnectionCut",
    "Console",
    "ExchangeLog",
    "Fault",
    "Faults",
    "NotRecorded",
    "RateLimit",
    "RecordChange",
    "RecordedExchange",
    "Replay",
    "Snapshot",
    "Tenant",
    "TenantClock",
    "TenantExchange",
    "TenantIdentityProvider",
    "TenantIdentityProviders",
    "TenantPages",
    "TenantResponse",
    "replay",
]
