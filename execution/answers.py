"""Fields that resolvers answer, and that plans know all the same."""

from sqlalchemy import ColumnElement

from execution.document import Asked
from execution.places import Place
from execution.reasons import NotCompiled, Reason
from execution.work import Work
from schema.fields import Answered


def answered_in_row(work: Work, asked: Asked, place: Place, how: Answered) -> ColumnElement[str]:
    """A member of a row that a resolver answers."""
    raise NotCompiled(Reason.RESOLVER, asked.path)
