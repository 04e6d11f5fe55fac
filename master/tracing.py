"""Spans of what the hub does, where somebody has switched them on: names and counts, nothing personal."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Headers = Iterable[tuple[bytes, bytes]]


class Span(Protocol):
    """One piece of work, from its beginning to its end."""

    def note(self, **facts: str | int) -> None: ...


class Tracer(Protocol):
    """What spans are told to."""

    def started(self, name: str, headers: Headers, causes: Sequence[str]) -> AbstractContextManager[Span]: ...

    def within(self, name: str, facts: dict[str, str | int]) -> AbstractContextManager[Span]: ...

    def present(self) -> str | None: ...


class _Untold(AbstractContextManager["_Untold"]):
    """Of all spans, where tracing is off."""

    def __exit__(self, *raised: object) -> None:
        """Nothing was begun."""

    def note(self, **facts: str | int) -> None:
        """Nobody listens."""


class _Switch:
    tracer: Tracer | None = None


_UNTOLD = _Untold()


def trace_with(tracer: Tracer | None) -> None:
    """From now on in this process; None: off."""
    _Switch.tracer = tracer


def begin(name: str, headers: Headers = (), causes: Sequence[str] = ()) -> AbstractContextManager[Span]:
    """A trace, or another part of the one that an HTTP request's headers name.

    causes: what other traces left behind of themselves (`present`) that this is the consequence of.
    """
    return _UNTOLD if _Switch.tracer is None else _Switch.tracer.started(name, headers, causes)


def span(name: str, **facts: str | int) -> AbstractContextManager[Span]:
    """A part of the present trace; nothing where there is none, as in commands and upkeep."""
    return _UNTOLD if _Switch.tracer is None else _Switch.tracer.within(name, facts)


def present() -> str | None:
    """The present span as a W3C traceparent; None outside of any."""
    return None if _Switch.tracer is None else _Switch.tracer.present()


def traced(name: str) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Makes each call of a coroutine function a span."""

    def made(work: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        @wraps(work)
        async def told(*args: P.args, **kwargs: P.kwargs) -> T:
            with span(name):
                return await work(*args, **kwargs)

        return told

    return made
