"""Which path answered a query, and why the ordinary one did: all the reasons that there are."""

from enum import StrEnum

from master.errors import TimedOut


class Reason(StrEnum):
    """HIT and MADE: compiled, by a plan that was there or is made now. All others: the ordinary path."""

    HIT = "hit"
    MADE = "made"
    NEW = "new"  # not asked for often enough yet, or a plan is being made just now
    OFF = "off"  # KEHU_COMPILE_AT=0
    CHANGE = "change"  # several commands at once, or one that failed, which the ordinary path words
    INTROSPECTION = "introspection"
    RESOLVER = "resolver"  # a field that Python answers, and no plan
    CURSOR = "cursor"  # `after` below a parent whose key no plan knows before
    ARGUMENT = "argument"  # refused, which the ordinary path words
    NULL = "null"  # where none may stand
    LONG = "long"  # a document too long to be kept
    AWAY = "away"  # the database, or the connection to it
    TIMEOUT = "timeout"  # a search took too long, which the ordinary path words; or the statement (TooLate)
    DEEP = "deep"  # nested deeper than the database, or its compiler, goes
    FAILED = "failed"  # a bug: logged, and no test passes with it


COMPILED = frozenset({Reason.HIT, Reason.MADE})


class TooLate(Exception):
    """The statement took too long: the ordinary path would take as long again. refusal: what to tell."""

    def __init__(self, refusal: TimedOut) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class NotCompiled(Exception):
    """The ordinary path answers; what: the field that is in the way, where it is one."""

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(f"{reason}: {what}" if what else str(reason))
        self.reason = reason
        self.what = what
