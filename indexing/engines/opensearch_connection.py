"""Requests to a search cluster: what goes wrong comes out as SearchUnavailable, without anything personal."""

import logging
import ssl
from collections.abc import Mapping
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch, JSONSerializer
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import ConnectionTimeout, OpenSearchException, TransportError

from indexing.engines.opensearch_address import Address
from indexing.errors import SearchUnavailable

CONNECTIONS = 32  # to one node; more searches at once wait here rather than in the cluster
BUSY = (429, 502, 503, 504)
_AWAY = (
    "no_shard_available_action_exception",
    "unavailable_shards_exception",
    "search_phase_execution_exception",
)

# The library logs whole requests and answers, names and numbers among them. What matters is raised.
logging.getLogger("opensearch").setLevel(logging.CRITICAL + 1)
logging.getLogger("opensearchpy.trace").setLevel(logging.CRITICAL + 1)


class IndexMissing(SearchUnavailable):
    """The index or alias that was asked is not there."""


class ShardAway(SearchUnavailable):
    """A part of the index has no node just now: it begins, or another node takes it over."""


class RequestTimedOut(SearchUnavailable):
    """No answer within the request's seconds."""


class _Json(JSONSerializer):
    def dumps(self, data: Any) -> Any:
        return data if isinstance(data, bytes | str) else orjson.dumps(data)

    def loads(self, s: Any) -> Any:
        return orjson.loads(s)


class Connection:
    """One session with all nodes of the cluster, for any number of requests at the same time."""

    def __init__(self, address: Address) -> None:
        self._client = AsyncOpenSearch(
            hosts=[{"host": host, "port": port} for host, port in address.nodes],
            http_auth=address.user,
            use_ssl=address.is_secure,
            # The machine's authorities, or those of SSL_CERT_FILE.
            ssl_context=ssl.create_default_context() if address.is_secure else None,
            serializer=_Json(),
            maxsize=CONNECTIONS,
            # Once more, on another node where there is one. Writes too: with their versions, twice is once.
            max_retries=1,
            retry_on_status=BUSY,
            retry_on_timeout=False,
        )
        self._is_closed = False

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        seconds: float,
        **parameters: str,
    ) -> Any:
        """The answer's JSON. Raises SearchUnavailable, and of it IndexMissing and RequestTimedOut."""
        if self._is_closed:
            raise SearchUnavailable("The search engine is closed.")
        asked = {**parameters, "request_timeout": seconds}
        try:
            return await self._client.transport.perform_request(method, path, params=asked, body=body)
        except ConnectionTimeout:
            raise RequestTimedOut(f"The search cluster did not answer within {seconds:g} seconds.") from None
        except NoConnection as error:
            cause = type(error.info).__name__
            raise SearchUnavailable(f"The search cluster can not be reached ({cause}).") from None
        except TransportError as error:
            raise _refusal(error) from None
        except OpenSearchException as error:
            raise SearchUnavailable(
                f"The search cluster's answer is not JSON ({type(error).__name__})."
            ) from None

    async def close(self) -> None:
        self._is_closed = True
        await self._client.close()
        # It leaves open the sessions with nodes that it takes for away; of a single node it never does.
        for node in getattr(self._client.transport.connection_pool, "orig_connections", ()):
            await node.close()


def _refusal(error: TransportError) -> SearchUnavailable:
    """By the kind of error alone: its reason may quote what was searched for or stored."""
    kind = error_kind(error.info)
    if error.status_code == 503 and kind in _AWAY:
        return ShardAway("A part of the search index has no node just now.")
    if error.status_code == 404 and kind == "index_not_found_exception":
        return IndexMissing("The search index is not there: run `kehu index rebuild`.")
    if error.status_code in (401, 403) and kind != "cluster_block_exception":
        return SearchUnavailable(
            f"The search cluster does not let the hub in ({error.status_code}): see user, password and"
            " rights of KEHU_SEARCH_URL."
        )
    return SearchUnavailable(f"The search cluster refuses ({error.status_code}, {kind}).")


def error_kind(told: object) -> str:
    """`index_not_found_exception` and the like, of an answer or of a bulk item."""
    error = told.get("error") if isinstance(told, Mapping) else None
    kind = error.get("type") if isinstance(error, Mapping) else None
    return str(kind) if kind else "no reason"
