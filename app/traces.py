"""Traces by OpenTelemetry, for a collector; imported only where KEHU_TRACES_URL asks for them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanContext, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from master.tracing import Headers

MOST_CAUSES = 128  # that a span keeps by default
SENT_SECONDS = 5.0

_W3C = TraceContextTextMapPropagator()


class _Told:
    def __init__(self, span: Span) -> None:
        self._told = span

    def note(self, **facts: str | int) -> None:
        self._told.set_attributes({f"kehu.{name}": value for name, value in facts.items()})


class OpenTelemetry:
    """The tracer of `master/tracing.py`. What is sampled is said by the standard's OTEL_TRACES_SAMPLER."""

    def __init__(self, processor: SpanProcessor) -> None:
        told = Resource.create({"service.name": "kehu", "service.version": version("kehu")})
        self._provider = TracerProvider(resource=told)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("kehu")

    @contextmanager
    def started(self, name: str, headers: Headers, causes: Sequence[str]) -> Iterator[_Told]:
        parent = next((value.decode("latin-1") for key, value in headers if key == b"traceparent"), "")
        links = [Link(_place(each)) for each in causes[:MOST_CAUSES]]
        with self._span(name, context=_W3C.extract({"traceparent": parent}), links=links) as told:
            yield told

    @contextmanager
    def within(self, name: str, facts: dict[str, str | int]) -> Iterator[_Told]:
        if not get_current_span().get_span_context().is_valid:
            yield _Told(get_current_span())
            return
        with self._span(name) as told:
            told.note(**facts)
            yield told

    def present(self) -> str | None:
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier.get("traceparent")

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, name: str, **more: Any) -> Iterator[_Told]:
        """Of what is raised the kind alone is told: messages may quote a row."""
        more |= {"record_exception": False, "set_status_on_exception": False}
        with self._tracer.start_as_current_span(name, **more) as span:
            try:
                yield _Told(span)
            except BaseException as error:
                span.set_status(StatusCode.ERROR, type(error).__name__)
                raise


def sent_to(url: str) -> OpenTelemetry:
    """Spans go to a collector, some at a time, by a thread of their own."""
    endpoint = f"{url.rstrip('/')}/v1/traces" if urlsplit(url).path in ("", "/") else url
    return OpenTelemetry(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=SENT_SECONDS)))


def _place(traceparent: str) -> SpanContext:
    return get_current_span(_W3C.extract({"traceparent": traceparent})).get_span_context()
