"""Which document an operation runs: the one sent, or one that an operator registered."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.http.asgi import Call, RequestRefused
from app.http.requests import GraphQLRequest
from master.access import Viewer
from master.errors import Forbidden, NotFound
from master.reads.registered_documents import document_id, text_for
from master.session import Master

log = structlog.get_logger("kehu.registered")


class RegisteredDocuments:
    """Looks at the master each time, so that a removed document is refused at once.

    Requests that send their document, of tokens that may run any, are not looked up.
    """

    def __init__(self, master: Master) -> None:
        self._master = master

    async def text_of(self, request: GraphQLRequest, viewer: Viewer, call: Call) -> str:
        """The document's text. Raises NotFound, Forbidden and RequestRefused (503)."""
        sent = request.query
        if sent is not None and not call.registered_only:
            return sent
        id = document_id(sent) if sent is not None else request.document_id or ""
        try:
            text = await asyncio.to_thread(self._text, id, viewer.token_id)
        except SQLAlchemyError as error:
            log.error("master away", request_id=call.request_id, exc_info=error)
            raise RequestRefused(503, "UNAVAILABLE", "The master can not be reached.") from None
        if text is not None:
            return text
        if sent is None:
            raise NotFound("No document of this documentId is registered for this token.")
        raise Forbidden(
            "This token runs registered documents only, and this is none of them: an operator registers it"
            f" by `kehu document add FILE --token {viewer.token_id}`."
        )

    def _text(self, id: str, token_id: str) -> str | None:
        with self._master.reading() as connection:
            return text_for(connection, id, token_id)
