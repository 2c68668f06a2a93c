"""SCIM client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, TypeVar, Unpack, overload

from britive_scim import scim
from britive_scim.aio import scim as api
from britive_scim.aio.api_resource import APIResourceAttribute
from britive_scim.aio.base_client import ClientOptions, show_client_options
from britive_scim.aio.pager import AsyncPager
from britive_scim.aio.scim.directory_client import AsyncDirectoryClient
from britive_scim.aio.session import AsyncSession
from britive_scim.errors import ConfigurationError, InputError
from britive_scim.wire import tooling
from britive_scim.wire.credentials import AsyncToken, Credential, wrap_secret
from britive_scim.wire.decoding.scim import Decoder, decode_list_response
from britive_scim.wire.operation import GET, POST, CallOptions, Operation
from britive_scim.wire.paging.index import Page
from britive_scim.wire.requests.scim import build_search_body
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import read_environment

__all__ = ["AsyncScimClient"]

U = TypeVar("U", bound="scim.User[Any]")
G = TypeVar("G", bound="scim.Group")
R = TypeVar("R", bound="scim.Resource")


class AsyncScimClient(AsyncDirectoryClient):
    """SCIM 2.0 client: users and groups of one identity provider.

    Making a client sends nothing. Use it with `async with`, or call `aclose()`. One async client serves all tasks of
    one event loop, one sync client any number of threads.

    ```python
    async with AsyncScimClient("https://acme.britive-app.com/api/scim/v2", token) as okta:
        ana = await okta.users.create(scim.User.of(email="ana@acme.com", given_name="Ana", family_name="Diaz"))
        await okta.users.deactivate(ana)
    ```

    Args:
        base_url: SCIM URL, as shown in the SCIM tab of the identity provider.
        token: SCIM token, or a function that returns it and is called before every request.
        provider: name of the identity provider that the token belongs to, where known: directories and plans record
            it, so that a plan for another one is refused.
        retry: number and timing of retries; `None` for the default, `RetryPolicy()`.
        timeout: seconds for sending a request, for the headers of its response, and for its body; `math.inf` for
            no limit. `None` is refused, since httpx takes it for no limit; omit it for the default.
        transport: transport of httpx in place of own connections, such as an emulated tenant's.
        http_client: client of httpx, or one like it, in place of a transport; stays open.
        read_only: refuse every call that changes something.
        settings: further settings.

    Attributes:
        users: users of the identity provider.
        groups: groups of the identity provider.
        me: user that the token belongs to.

    Raises:
        ConfigurationError: an unusable URL, token or setting.
    """

    users: APIResourceAttribute[api.AsyncUsers[scim.User[scim.CustomUser]]] = APIResourceAttribute(
        lambda: api.AsyncUsers, lambda client: client.collection(scim.User)
    )
    groups: APIResourceAttribute[api.AsyncGroups[scim.Group]] = APIResourceAttribute(
        lambda: api.AsyncGroups, lambda client: client.collection(scim.Group)
    )
    me: APIResourceAttribute[api.AsyncMe] = APIResourceAttribute(lambda: api.AsyncMe)
    _service_provider: APIResourceAttribute[api.AsyncServiceProvider] = APIResourceAttribute(
        lambda: api.AsyncServiceProvider
    )

    @show_client_options
    def __init__(
        self,
        base_url: str,
        token: AsyncToken,
        *,
        provider: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        token = wrap_secret(token)
        self._session = AsyncSession(base_url, Credential(token), api="scim", **options)
        self._provider = _check_provider(provider)
        self._constructor_arguments = ((base_url,), {"provider": provider})
        self._applied_plans: set[str] = set()

    @classmethod
    @show_client_options
    def from_env(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        provider: str | None = None,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """Return a client for the URL in `BRITIVE_SCIM_URL` with the token in `BRITIVE_SCIM_TOKEN`.

        Args:
            environment: variables in place of the process environment.
            provider: as for the class.
            **options: `retry`, `timeout`, `transport`, `http_client`, `read_only` and `settings`, as for the class;
                the signature shows each with its default.

        Raises:
            ConfigurationError: variables are missing; the message names all of them.
        """
        values = read_environment(
            {
                "BRITIVE_SCIM_URL": "SCIM URL of the identity provider",
                "BRITIVE_SCIM_TOKEN": "SCIM token of the identity provider",
            },
            environment,
        )
        token = wrap_secret(values.pop("BRITIVE_SCIM_TOKEN"))
        return cls(values["BRITIVE_SCIM_URL"], token, provider=provider, **options)

    @property
    def provider(self) -> str | None:
        """Name of the identity provider that the token belongs to; `None` if it was not given."""
        return self._provider

    # -------------------------------------------------------------------------------- collections

    @overload
    def collection(self, model: type[U], endpoint: str | None = None) -> api.AsyncUsers[U]: ...
    @overload
    def collection(self, model: type[G], endpoint: str | None = None) -> api.AsyncGroups[G]: ...
    @overload
    def collection(self, model: type[R], endpoint: str | None = None) -> api.AsyncResources[R]: ...
    def collection(self, model: type[Any], endpoint: str | None = None) -> api.AsyncResources[Any]:
        """Return the API resource for the resources of a type, decoded and encoded as `model`.

        Args:
            model: `scim.User[AcmeAttributes]`, a class of your own, or one made from a schema document.
            endpoint: path below the base URL, such as `/Devices`; the `__endpoint__` of the class if not given,
                which users, groups and classes made from discovery have.

        Raises:
            InputError: the endpoint is missing or not a path.

        Example:
            ```python
            people = client.collection(scim.User[AcmeAttributes])
            devices = client.collection(Device, "/Devices")
            ```
        """
        resource_class: Any = model  # narrowing by issubclass would lose the parameter of User
        path = endpoint or resource_class.__endpoint__
        if not path.strip("/"):
            raise InputError(
                f"endpoint must be given for {model.__name__}, which has none; for example endpoint="
                f"'/{model.__name__}s'"
            )
        path = _normalize_endpoint(path)
        if issubclass(resource_class, scim.User):
            return api.AsyncUsers(self._session, model, path, self._service_provider)
        if issubclass(resource_class, scim.Group):
            return api.AsyncGroups(self._session, model, path, self._service_provider)
        return api.AsyncResources(self._session, model, path, self._service_provider)

    def search(
        self,
        *,
        filter: str | scim.Filter | None = None,
        where: str
        | scim.Filter
        | Callable[[scim.User[scim.CustomUser] | scim.Group], object]
        | None = None,
        attributes: Iterable[str] | None = None,
        excluded_attributes: Iterable[str] | None = None,
        sort_by: str | None = None,
        descending: bool = False,
        page_size: int | None = None,
        concurrency: int = 1,
        verify: bool = True,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> AsyncPager[scim.User[scim.CustomUser] | scim.Group]:
        """Return a pager of users and groups, read by `POST /.search` (RFC 7644 §3.4.3).

        The `schemas` of each decide its class. Not every provider searches across types.

        Args:
            filter: filter of the resources: a string or a `scim.Filter`.
            where: condition on the client's side; see `users.list`.
            attributes: only these attributes, besides those the server always returns.
            excluded_attributes: all attributes but these.
            sort_by: path of the attribute to sort by; not every provider sorts.
            descending: largest first.
            page_size: resources requested per page; the client's setting if not given.
            concurrency: pages in memory at a time, from 1 to 64; see `users.list`.
            verify: leave out resources that contradict `filter`; see `users.list`.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InvalidFilter: the filter cannot be parsed.
            InvalidPath: an attribute cannot be parsed.

        Example:
            ```python
            async for found in client.search(filter='externalId eq "00u1"'):
                print(type(found).__name__, found.id)
            ```
        """
        from britive_scim.wire.decoding.listed_groups import mark_listed_groups
        from britive_scim.wire.requests.list_query import build_list_query  # needed for lists only

        query = build_list_query(
            None,
            filter=filter,
            where=where,
            attributes=attributes,
            excluded_attributes=excluded_attributes,
            sort_by=sort_by,
            descending=descending,
            verify=verify,
        )
        either: Any = scim.User | scim.Group
        decoder: Decoder[Page[scim.User[scim.CustomUser] | scim.Group]] = mark_listed_groups(
            decode_list_response(either)
        )

        def build_page_operation(
            **paging_parameters: object,
        ) -> Operation[Page[scim.User[scim.CustomUser] | scim.Group]]:
            return POST(
                "/.search",
                body=build_search_body({**query.params, **paging_parameters}),
                returns=decoder,
                safe=True,
            )

        return api.build_pager(
            self._service_provider,
            build_page_operation,
            endpoint="/.search",
            checks=query.checks,
            page_size=page_size,
            concurrency=concurrency,
            label="users and groups",
            call=CallOptions(timeout=timeout, retry=retry),
        )

    async def bulk(
        self,
        operations: Iterable[Operation[Any]],
        *,
        fail_on_errors: int | None = None,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> api.BulkReport:
        """Send many changes in few requests, and report the outcome of each (RFC 7644 §3.7).

        Requests are as large as the provider accepts. If it does not support bulk requests, the changes are sent
        individually, with the same outcome. A failed change is reported, not raised.

        Args:
            operations: made by `creation`, `replacement`, `change` and `deletion` of users, groups and
                collections. `bulkId:NAME` stands for the id of the resource of `creation(…, bulk_id="NAME")`.
            fail_on_errors: number of failures after which the rest is not sent; `None` sends everything.
            timeout: seconds for each request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for each request; `None` for the client's.

        Raises:
            InputError: a reference without its creation, or a `bulk_id` used twice; nothing was sent.

        Example:
            ```python
            report = await client.bulk([
                client.users.creation(ana, bulk_id="ana"),
                client.groups.creation(scim.Group(display_name="Eng", members=[scim.Member(value="bulkId:ana")])),
                client.users.change("2819c223", {"title": "CTO"}),
            ])
            print(report)
            ```
        """
        return await api.send_bulk(
            self._session,
            self._service_provider,
            operations,
            fail_on_errors,
            CallOptions(timeout=timeout, retry=retry),
        )

    def _prepare_sending(self, operation: Operation[Any]) -> None:
        if not operation.safe:
            self._service_provider.forget_changed_group(operation)

    # ---------------------------------------------------------------------------------- discovery

    async def service_provider_config(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> scim.ServiceProviderConfig:
        """Return the service provider configuration: the features the provider supports (RFC 7644 §4).

        Raises:
            NotFound: the provider has no discovery endpoints; many providers do without.
        """
        return await self._service_provider.fetch_config(timeout=timeout, retry=retry)

    async def resource_types(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> list[scim.ResourceType]:
        """Return the resource types of the provider (RFC 7644 §4).

        Raises:
            NotFound: the provider has no discovery endpoints.
        """
        page = await self.send(
            GET("/ResourceTypes", returns=decode_list_response(scim.ResourceType)),
            timeout=timeout,
            retry=retry,
        )
        return list(page.items)

    async def schemas(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> list[scim.Schema]:
        """Return the schema documents of the provider (RFC 7644 §4).

        Raises:
            NotFound: the provider has no discovery endpoints.
        """
        page = await self.send(
            GET("/Schemas", returns=decode_list_response(scim.Schema)), timeout=timeout, retry=retry
        )
        self._service_provider.note_schemas(page.items)
        return list(page.items)

    async def check(
        self, *, timeout: float | None = None, retry: RetryPolicy | None = None
    ) -> tooling.ConnectionReport:
        """Test the connection as Okta's "Test Connection" does, and return a report.

        Reads one user, one group and the discovery documents. Failures are in the report, not raised.

        Example:
            ```python
            report = await client.check()
            print(report)
            assert report.ok, report.problem
            ```
        """
        return await api.check_connection(
            self._session,
            self.users,
            self.groups,
            self._service_provider,
            CallOptions(timeout=timeout, retry=retry),
        )


def _check_provider(provider: str | None) -> str | None:
    """Return the name of an identity provider.

    Raises:
        ConfigurationError: it is not a name.
    """
    given: object = provider
    if given is None or (isinstance(given, str) and given.strip()):
        return provider
    shown = repr(given) if isinstance(given, str) else type(given).__name__
    raise ConfigurationError(
        f"provider must be the name of an identity provider, or None, got {shown}; for example provider='Okta'"
    )


def _normalize_endpoint(path: str) -> str:
    if not path.startswith("/"):
        path = f"/{path}"
    segments = path[1:].split("/")
    if (
        any(not segment or segment in (".", "..") for segment in segments)
        or not path.isascii()
        or any(c in "\\?#%{}" or c.isspace() or not c.isprintable() for c in path)
    ):
        raise InputError(f"endpoint must be a path, got {path!r}; for example '/Devices'")
    return path
