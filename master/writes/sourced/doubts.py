"""Values that are kept although they fail a check: what is doubtful about them."""

from datetime import date
from typing import Any

from master.tables.codes import Gender
from master.writes.checks import disagreement
from master.writes.sourced.rows import Remark, SourcedDocument

DOUBTFUL = "DOUBTFUL"
POINT_FIELDS = ("mobile", "landline", "email", "wechat", "address")


def document_doubt(document: SourcedDocument, birth: date | None, gender: Gender | None) -> str | None:
    """Why a document is in doubt, by itself or beside what else is known of the person."""
    return document.reading.doubt or disagreement(document.reading, birth, gender)


def doubts_of(values: dict[str, Any], birth: date | None, gender: Gender | None) -> tuple[Remark, ...]:
    """The doubtful values of a customer's row, which is of somebody born then and of this gender."""
    documents = [document_doubt(document, birth, gender) for document in values.get("documents") or ()]
    points = [(field, point.reading.doubt) for field in POINT_FIELDS for point in values.get(field) or ()]
    found = [*(("documents", doubt) for doubt in documents), *points]
    return tuple(Remark(field, DOUBTFUL, doubt) for field, doubt in found if doubt)
