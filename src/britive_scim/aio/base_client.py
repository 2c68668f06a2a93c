"""What both clients share: their life, raw access, and why they are not pickled with a token in them."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from britive_scim.aio.session import AsyncSession
from britive_scim.errors import ConfigurationError
from britive_scim.wire.operation import Operation
from britive_scim.wire.recording.recorder import Recording, resolve_output_path, write_private_file
from britive_scim.wire.response import Response
from britive_scim.wire.retry.policy import RetryPolicy
from britive_scim.wire.tooling.dry_run import DryRun
from britive_scim.wire.tooling.operation_index import OperationInfo, list_operations

__all__ = ["AsyncBaseClient"]

T = TypeVar("T")


class AsyncBaseClient:
    """A client around one sender. Making it opens nothing; what was opened is closed with it."""

    _session: AsyncSession
    _constructor_arguments: tuple[tuple[Any, ...], Mapping[str, Any]]
    """The arguments the client was made with, the token left out."""

    @property
    def base_url(self) -> str:
        """Address that every path is put behind."""
        return self._session.base_url

    async def send(
        self,
        operation: Operation[T],
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
    ) -> T:
        """Send an operation of your own making and return what it reads: raw access to any endpoint.

        Args:
            operation: made by `GET`, `POST`, `PUT`, `PATCH` or `DELETE` of `britive_scim.wire.operation`.
            timeout: seconds for the request; `None` for the client's, `math.inf` for no limit.
            retry: retry policy for the request; `None` for the client's.

        Raises:
            TransportError: no answer came.
            ApiError: the answer is no success, or does not read.
        """
        return await self._session.send(operation, timeout=timeout, retry=retry)

    def operations(self) -> tuple[OperationInfo, ...]:
        """Return everything the client can do, as data: name, marks, JSON schema of the arguments.

        So a command line or a tool server is a loop. What takes functions or operations is left out.

        Example:
            ```python
            for ability in client.operations():
                if ability.safe:
                    register_tool(ability.name, ability.summary, ability.parameters, ability.invoke)
            ```
        """
        return list_operations(self)

    @property
    def last_response(self) -> Response | None:
        """The answer to the last call of this thread or task: status, headers, request id, tries.

        `None` before the first, and once another client was called in the same thread or task. The body
        is left out, the result has it. Tasks started by `gather` or a task group have a last answer of
        their own each.
        """
        return self._session.last_response

    @contextmanager
    def dry_run(self) -> Generator[list[Operation[Any]]]:
        """Collect the changes that calls within the block would send, and send none of them.

        Reading goes on for real. A creation returns what was to be created with an id made up, a change
        succeeds without effect. No token is made up: that of a token "made" is `None`, and a rotation hands
        nothing over. It holds for every thread and task that uses the client meanwhile.

        Yields:
            The operations, in order; the list grows while the block runs.

        Example:
            ```python
            with client.dry_run() as changes:
                synchronise(client)
            for change in changes:
                print(change.method, change.path)
            ```
        """
        before = self._session.active_dry_run
        self._session.active_dry_run = rehearsal = DryRun()
        try:
            yield rehearsal.operations
        finally:
            self._session.active_dry_run = before

    @contextmanager
    def record(self, path: str | os.PathLike[str]) -> Generator[Recording]:
        """Write what the client exchanges within the block to a file: a bug report that anyone can run.

        Tokens and passwords are masked. E-mail addresses, names, ids, host names and every other text
        that may be personal get placeholders, the same value always the same one, so that the file still
        answers: `britive_scim.testing.replay(path)`. The file is written, in place of one that is there,
        also when the block ends with an exception; its owner alone may read it. What is exchanged stays
        in memory until then. It holds for every thread and task that uses the client meanwhile, and
        for this client alone. Look through the file before sending it on.

        Args:
            path: file to write.

        Yields:
            The recording; `len` of it is the number of tries so far.

        Raises:
            InputError: the path is a folder, or its folder does not exist.
            OSError: the file could not be written.

        Example:
            ```python
            with client.record("case.json"):
                client.users.create(ana)
            ```
        """
        target = resolve_output_path(path)
        recording = self._session.start_recording()
        ended_with: str | None = None
        try:
            yield recording
        except BaseException as error:
            ended_with = type(error).__name__
            raise
        finally:
            self._session.end_recording(recording)
            write_private_file(target, recording.to_json(ended_with))

    async def aclose(self) -> None:
        """Close the connections, after requests on their way have ended. Can be called twice."""
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
        sender = getattr(self, "_session", None)  # a traceback may show a client that was refused
        return f"<{type(self).__name__} of {sender.base_url if sender else 'nothing yet'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        source = self._session.credential.source
        if source is None:
            raise TypeError(
                f"this {type(self).__name__} holds its token itself, and pickling or copying would write it "
                "down; make the client with a function that fetches the token, or make a new client"
            )
        before, keywords = self._constructor_arguments
        return _rebuild_client, (type(self), (*before, source), dict(keywords))


def _rebuild_client(cls: type[Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    return cls(*arguments, **keywords)
