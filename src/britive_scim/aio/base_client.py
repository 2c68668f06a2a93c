"""Base of both clients: options, raw access, dry runs, recordings, closing, pickling."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar

from britive_scim._hints import build_keyword_error
from britive_scim.aio.concurrency import ContextManagerBase
from britive_scim.aio.session import AsyncSession
from britive_scim.errors import ConfigurationError
from britive_scim.wire import recording as recordings
from britive_scim.wire import tooling
from britive_scim.wire.operation import Operation
from britive_scim.wire.protocols import AsyncHttpClient, AsyncTransport
from britive_scim.wire.response import Response
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.settings import Settings
from britive_scim.wire.tooling.dry_run import DryRun

__all__ = ["AsyncBaseClient", "ClientOptions", "get_client_options", "show_client_options"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class ClientOptions(TypedDict, total=False):
    """Options of both clients besides address and token.

    Attributes:
        retry: number and timing of retries.
        timeout: seconds; `math.inf` for no limit.
        transport: transport of httpx in place of own connections.
        http_client: client of httpx in place of a transport.
        read_only: refuse every call that changes something.
        settings: further settings.
    """

    retry: RetryPolicy | None
    timeout: float
    transport: AsyncTransport | None
    http_client: AsyncHttpClient | None
    read_only: bool
    settings: Settings | None


def get_client_options(session: AsyncSession) -> ClientOptions:
    """Return the options of a session, for another client of the same tenant."""
    return {
        "retry": session.retry,
        "timeout": session.timeout,
        "transport": session.transport,
        "http_client": session.http_client,
        "read_only": session.read_only,
        "settings": session.settings,
    }


def show_client_options(function: F) -> F:
    """Show each of the `ClientOptions` with its default in the signature of a function that takes `**options`.

    The session has the defaults; `help()` and `inspect.signature` then show them.
    """
    signature = inspect.signature(function)
    options = inspect.signature(AsyncSession).parameters
    parameters = [
        *(p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD),
        *(options[name] for name in ClientOptions.__annotations__),
    ]
    shown = signature.replace(parameters=parameters)
    function.__signature__ = shown  # type: ignore[attr-defined]  # PEP 362; not in the stubs
    return function


class AsyncBaseClient(ContextManagerBase):
    """Client with one session. Making it opens no connection; closing it closes its connections."""

    _session: AsyncSession
    _constructor_arguments: tuple[tuple[Any, ...], Mapping[str, Any]]
    """Arguments of the constructor, without the token and without the `ClientOptions`."""

    if not TYPE_CHECKING:  # checkers look at `__init__` alone

        def __new__(cls, *_: object, **keywords: object) -> Self:
            """Refuse a keyword of another library with a hint; `__init__` has the parameters."""
            error = build_keyword_error(cls, keywords)
            if error is not None:
                raise error
            return super().__new__(cls)

    @property
    def base_url(self) -> str:
        """URL that every path is appended to."""
        return self._session.base_url

    async def send(
        self,
        operation: Operation[T],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        """Send an operation of your own and return the decoded response: raw access to any endpoint.

        Args:
            operation: made by `GET`, `POST`, `PUT`, `PATCH` or `DELETE` of `britive_scim.wire.operation`.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            TransportError: no response was received.
            ApiError: the response is an error, or cannot be decoded.
        """
        self._prepare_sending(operation)
        return await self._session.send(operation, timeout=timeout, retry=retry)

    def _prepare_sending(self, operation: Operation[Any]) -> None:
        """Forget what an operation of the caller may change."""

    def operations(self) -> tuple[tooling.OperationInfo, ...]:
        """Return every operation of the client as data: name, marks, JSON schema of the arguments.

        A command line or a tool server is then a loop. Methods that take functions or operations are left out.

        Example:
            ```python
            for operation in client.operations():
                if operation.safe:
                    register_tool(operation.name, operation.summary, operation.parameters, operation.invoke)
            ```
        """
        return tooling.list_operations(self)

    @property
    def last_response(self) -> Response | None:
        """Response to the last call of this thread or task: status, headers, request id, attempts.

        `None` before the first call, and after a call of another client in the same thread or task. The body is
        left out. Each task started by `gather` or a task group has its own last response.
        """
        return self._session.last_response

    @contextmanager
    def dry_run(self) -> Generator[list[Operation[Any]]]:
        """Collect the changes that calls within the block would send, and send none of them.

        Read requests are sent. A creation returns the resource with an invented id; a change succeeds without
        effect. Tokens are not invented: the token of a creation is `None`, and a rotation delivers nothing. The
        dry run applies to every thread and task that uses the client meanwhile. An async client also uses a plain
        `with`.

        Yields:
            The operations, in order; the list grows while the block runs.

        Example:
            ```python
            with client.dry_run() as changes:
                synchronize(client)
            for change in changes:
                print(change.method, change.path)
            ```
        """
        previous = self._session.active_dry_run
        self._session.active_dry_run = dry_run = DryRun()
        try:
            yield dry_run.operations
        finally:
            self._session.active_dry_run = previous

    @contextmanager
    def record(self, path: str | os.PathLike[str]) -> Generator[recordings.Recording]:
        """Write all requests and responses within the block to a file: a bug report that anyone can replay.

        Tokens and passwords are masked. E-mail addresses, names, ids, host names and other strings that may be
        personal are replaced, the same value always by the same placeholder, so that
        `britive_scim.testing.replay(path)` can serve the file.

        The file replaces an existing one, is readable by its owner alone, and is written even if the block raises.
        The recording stays in memory until then. It covers every thread and task that uses this client
        meanwhile. Review the file before sending it. An async client also uses a plain `with`.

        Args:
            path: file to write.

        Yields:
            The recording; its `len` is the number of attempts so far.

        Raises:
            InputError: the path is a folder, or its folder does not exist.
            OSError: the file could not be written.

        Example:
            ```python
            with client.record("case.json"):
                client.users.create(ana)
            ```
        """
        target = recordings.resolve_output_path(path)
        recording = self._session.start_recording()
        exception_name: str | None = None
        try:
            yield recording
        except BaseException as error:
            exception_name = type(error).__name__
            raise
        finally:
            self._session.end_recording(recording)
            recordings.write_private_file(target, recording.to_json(exception_name))

    async def aclose(self) -> None:
        """Close the connections, after requests in flight have ended. Can be called twice.

        Otherwise they are closed when the client is garbage collected. Those of an async client are also closed
        when its event loop closes its async generators, as `asyncio.run` does at its end.
        """
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        if self._session.is_closed:
            raise ConfigurationError(f"this {type(self).__name__} is closed; make a new one")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        session = getattr(self, "_session", None)  # a traceback may show a client during __init__
        return f"<{type(self).__name__} of {session.base_url if session else 'nothing yet'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        source = self._session.credential.source
        if source is None:
            raise TypeError(
                f"this {type(self).__name__} contains its token, and cannot be pickled or copied; make the client "
                "with a function that returns the token, or make a new client"
            )
        positional, keywords = self._constructor_arguments
        options = get_client_options(self._session)
        return _rebuild_client, (type(self), (*positional, source), {**keywords, **options})


def _rebuild_client(cls: type[Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return cls(*arguments, **keywords)
