# Generated from aio/scim/client.py by tools/unasync.py; edit that file instead.
"""The SCIM client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeVar, overload

from britive_scim.sync.base_client import BaseClient
from britive_scim.sync.pager import Pager
from britive_scim.sync.scim.bulk import send_bulk
from britive_scim.sync.scim.connection_check import check_connection
from britive_scim.sync.scim.groups import Groups
from britive_scim.sync.scim.me import Me
from britive_scim.sync.scim.resource_reader import build_pager
from britive_scim.sync.scim.resources import Resources
from britive_scim.sync.scim.service_provider import ServiceProvider
from britive_scim.sync.scim.users import Users
from britive_scim.sync.session import Session
from britive_scim.errors import InputError
from britive_scim.scim.filters.ast import Filter
from britive_scim.scim.models.base import Extension, Resource
from britive_scim.scim.models.discovery import ResourceType, Schema, ServiceProviderConfig
from britive_scim.scim.models.group import Group
from britive_scim.scim.models.user import CustomUser, User
from britive_scim.wire.credentials import Token, Credential, wrap_secret
from britive_scim.wire.decoding.scim import Decoder, decode_list_response
from britive_scim.wire.operation import GET, POST, CallOptions, Operation
from britive_scim.wire.paging.index import Page
from britive_scim.wire.protocols import HttpClient, Transport
from britive_scim.wire.requests.bulk import BulkReport
from britive_scim.wire.requests.scim import build_query_params, build_search_body
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import Settings, read_environment
from britive_scim.wire.tooling.connection_report import ConnectionReport

__all__ = ["ScimClient"]

U = TypeVar("U", bound=User[Any])
G = TypeVar("G", bound=Group)
R = TypeVar("R", bound=Resource)


class ScimClient(BaseClient):
    """Pushes users and groups of one identity provider over SCIM 2.0.

    Making a client sends nothing. Use it with `with`, or call `close()`. One client serves any
    number of tasks or threads: the asynchronous one the tasks of one event loop, the synchronous one threads.

    ```python
    with ScimClient("https://acme.britive-app.com/api/scim/v2", token) as okta:
        ana = okta.users.create(scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz"))
        okta.users.deactivate(ana)
    ```

    Args:
        base_url: the SCIM URL, as the identity provider's SCIM tab shows it.
        token: the SCIM token, or a function that returns it and is asked before every request.
        retry: when and how often to try again.
        timeout: seconds for sending a request, and for each silence while reading; `math.inf` for no limit.
        transport: transport of httpx in place of own connections, such as an emulated tenant's.
        http_client: client of httpx, or one like it, in place of a transport; stays open.
        read_only: refuse every call that changes something.
        settings: the rest.

    Attributes:
        users: the users.
        groups: the groups.
        me: the user that the token belongs to.

    Raises:
        ConfigurationError: an address, token or setting that cannot work.
    """

    users: Users[User[CustomUser]]
    groups: Groups[Group]
    me: Me

    def __init__(
        self,
        base_url: str,
        token: Token,
        *,
        retry: RetryPolicy | None = RetryPolicy(),
        timeout: float = 30.0,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
        read_only: bool = False,
        settings: Settings | None = Settings(),
    ) -> None:
        token = wrap_secret(token)
        self._session = Session(
            base_url,
            Credential(token),
            api="scim",
            retry=retry,
            timeout=timeout,
            transport=transport,
            http_client=http_client,
            read_only=read_only,
            settings=settings,
        )
        self._constructor_arguments = (
            (base_url,),
            {
                "retry": retry,
                "timeout": timeout,
                "transport": transport,
                "http_client": http_client,
                "read_only": read_only,
                "settings": settings,
            },
        )
        self._service_provider = ServiceProvider(self._session)
        self.users = Users(self._session, User, User.__endpoint__, self._service_provider)
        self.groups = Groups(self._session, Group, Group.__endpoint__, self._service_provider)
        self.me = Me(self._session)

    @classmethod
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        retry: RetryPolicy | None = RetryPolicy(),
        timeout: float = 30.0,
        transport: Transport | None = None,
        http_client: HttpClient | None = None,
        read_only: bool = False,
        settings: Settings | None = Settings(),
    ) -> Self:
        """Return a client for the address in `BRITIVE_SCIM_URL` with the token in `BRITIVE_SCIM_TOKEN`.

        Args:
            environment: where to look, the process environment if not given.
            retry: this and the others are those of the class.
            timeout: see the class.
            transport: see the class.
            http_client: see the class.
            read_only: see the class.
            settings: see the class.

        Raises:
            ConfigurationError: a variable is missing; all that are missing are named.
        """
        values = read_environment(
            {
                "BRITIVE_SCIM_URL": "SCIM URL of the identity provider",
                "BRITIVE_SCIM_TOKEN": "SCIM token of the identity provider",
            },
            environment,
        )
        token = wrap_secret(values.pop("BRITIVE_SCIM_TOKEN"))
        return cls(
            values["BRITIVE_SCIM_URL"],
            token,
            retry=retry,
            timeout=timeout,
            transport=transport,
            http_client=http_client,
            read_only=read_only,
            settings=settings,
        )

    # -------------------------------------------------------------------------------- collections

    @overload
    def collection(self, model: type[U], endpoint: str | None = None) -> Users[U]: ...
    @overload
    def collection(self, model: type[G], endpoint: str | None = None) -> Groups[G]: ...
    @overload
    def collection(self, model: type[R], endpoint: str | None = None) -> Resources[R]: ...
    def collection(self, model: type[Any], endpoint: str | None = None) -> Resources[Any]:
        """Return the resources of a type, read and written as `model`.

        Args:
            model: `scim.User[AcmeAttributes]`, a class of your own, or one made of a schema document.
            endpoint: path below the base URL, such as `/Devices`; the class's own (`__endpoint__`) if not
                given, which users, groups and classes made from discovery have.

        Raises:
            InputError: no endpoint, neither here nor at the class, or one that is no path.

        Example:
            ```python
            people = client.collection(scim.User[AcmeAttributes])
            devices = client.collection(Device, "/Devices")
            ```
        """
        _check_model(model)
        kind: Any = model  # narrowing would lose what User is generic in
        where = endpoint or kind.__endpoint__
        if not where.strip("/"):
            raise InputError(
                f"where are {model.__name__} resources? Give the endpoint, such as '/{model.__name__}s'"
            )
        if issubclass(kind, User):
            return Users(
                self._session, model, _normalise_endpoint(where), self._service_provider
            )
        if issubclass(kind, Group):
            return Groups(
                self._session, model, _normalise_endpoint(where), self._service_provider
            )
        return Resources(
            self._session, model, _normalise_endpoint(where), self._service_provider
        )

    def search(
        self,
        *,
        filter: str | Filter | None = None,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        concurrency: int = 1,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> Pager[User[CustomUser] | Group]:
        """Return users and groups alike as a pager, asked for by `POST /.search` (RFC 7644 §3.4.3).

        Each is read as what its `schemas` say. Not every provider searches across types.

        Args:
            filter: only those it matches; text or a `scim.Filter`.
            attributes: only these attributes, beside those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; a provider may not sort.
            descending: largest first.
            page_size: resources to ask for a page; the client's setting if not given.
            concurrency: pages to hold at a time, from 1 to 64; see `users.list`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidFilter: the filter does not parse.
            InvalidPath: an attribute does not parse.

        Example:
            ```python
            for found in client.search(filter='externalId eq "00u1"'):
                print(type(found).__name__, found.id)
            ```
        """
        asked = build_query_params(
            None,
            filter=filter,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
        )
        either: Any = User | Group
        reader: Decoder[Page[User[CustomUser] | Group]] = decode_list_response(either)

        def build_page_operation(
            **paging_parameters: object,
        ) -> Operation[Page[User[CustomUser] | Group]]:
            return POST(
                "/.search",
                body=build_search_body({**asked, **paging_parameters}),
                returns=reader,
                safe=True,
            )

        return build_pager(
            self._service_provider,
            build_page_operation,
            page_size=page_size,
            concurrency=concurrency,
            label="users and groups",
            call=CallOptions(timeout=timeout, retry=retry),
        )

    def bulk(
        self,
        operations: Iterable[Operation[Any]],
        *,
        fail_on_errors: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> BulkReport:
        """Send many changes in few requests, and report what became of each (RFC 7644 §3.7).

        Requests are made as large as the provider takes them. Where it takes no bulk requests, the changes
        are sent one after the other, with the same outcome. Nothing is raised for a change that fails.

        Args:
            operations: made by `creation`, `replacement`, `change` and `deletion` of users, groups and
                collections. `bulkId:NAME` stands for the id of what `creation(…, bulk_id="NAME")` makes.
            fail_on_errors: failures after which the rest is left undone; `None` tries everything.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a reference to nothing, or a name given twice; nothing was sent.

        Example:
            ```python
            report = client.bulk([
                client.users.creation(ana, bulk_id="ana"),
                client.groups.creation(scim.Group(display_name="Eng", members=[scim.Member(value="bulkId:ana")])),
                client.users.change("2819c223", {"title": "CTO"}),
            ])
            print(report)
            ```
        """
        return send_bulk(
            self._session,
            self._service_provider,
            operations,
            fail_on_errors,
            CallOptions(timeout=timeout, retry=retry),
        )

    # ---------------------------------------------------------------------------------- discovery

    def service_provider_config(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ServiceProviderConfig:
        """Return what the provider says it can do (RFC 7644 §4).

        Raises:
            NotFound: the provider has no discovery; many have none and work all the same.
        """
        return self._service_provider.fetch_config(timeout=timeout, retry=retry)

    def resource_types(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> list[ResourceType]:
        """Return the types of resources that the provider has (RFC 7644 §4).

        Raises:
            NotFound: the provider has no discovery.
        """
        page = self.send(
            GET("/ResourceTypes", returns=decode_list_response(ResourceType)),
            timeout=timeout,
            retry=retry,
        )
        return list(page.items)

    def schemas(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> list[Schema]:
        """Return the schema documents of the provider (RFC 7644 §4).

        Raises:
            NotFound: the provider has no discovery.
        """
        page = self.send(
            GET("/Schemas", returns=decode_list_response(Schema)), timeout=timeout, retry=retry
        )
        return list(page.items)

    def check(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> ConnectionReport:
        """Test the connection as Okta's "Test Connection" does, and tell what was found.

        Asks for one user and one group, and for what the provider says about itself. What goes wrong is
        told in the report and not raised.

        Example:
            ```python
            report = client.check()
            print(report)
            assert report.ok, report.problem
            ```
        """
        return check_connection(
            self._session,
            self.users,
            self.groups,
            self._service_provider,
            CallOptions(timeout=timeout, retry=retry),
        )


def _check_model(model: object) -> None:
    """Refuse what is no class of resources."""
    if not isinstance(model, type):
        raise InputError(
            f"a collection needs a class of resources, such as scim.User, not {model!r:.60}"
        )
    if issubclass(model, Extension):
        raise InputError(
            f"{model.__name__} is an extension, not a resource: write scim.User[{model.__name__}]"
        )
    if not issubclass(model, Resource):
        raise InputError(f"a collection needs a class of resources, not {model.__name__}")


def _normalise_endpoint(path: str) -> str:
    if not path.startswith("/"):
        path = f"/{path}"
    parts = path[1:].split("/")
    if any(not part or part in (".", "..") for part in parts) or not path.isascii():
        raise InputError(f"{path!r} is no path of an endpoint, such as '/Devices'")
    if any(c in path for c in "\\?#%{}") or any(c.isspace() or not c.isprintable() for c in path):
        raise InputError(f"{path!r} is no path of an endpoint, such as '/Devices'")
    return path
