"""From what a viewer may see to what may be looked for, and how hits are shown."""

from collections.abc import Callable
from dataclasses import replace

from indexing.documents.customers import NO_BRANCH
from indexing.highlights import Highlight
from indexing.permitted import By, Permitted
from master.access import Viewer
from master.roles import BIRTH, CONTACT, DOCUMENT, NAME, POLICY
from matching.masks import masked_contact, masked_name, masked_number
from matching.numbers import MASK

# The class of each field that a search looks at, and how it is masked.
FOUND: dict[str, tuple[str, Callable[[str], str]]] = {
    "name": (NAME, masked_name),
    "documents.number": (DOCUMENT, masked_number),
    "contactPoints.value": (CONTACT, lambda text: masked_contact(text, "EMAIL" if "@" in text else "MOBILE")),
    "policies.number": (POLICY, masked_number),
}


def permitted(viewer: Viewer, *, by_parts: bool = True) -> Permitted:
    """What the viewer may look for; by_parts: masked values by their parts too, where the role allows it."""

    def by(name: str) -> By:
        if viewer.refuses(name):
            return By.NOTHING
        return By.PARTS if viewer.finds_parts(name) and (by_parts or not viewer.masks(name)) else By.WHOLE

    own_only = viewer.reach is not None and viewer.reach.own_rows_only
    return Permitted(
        names=by(NAME),
        documents=by(DOCUMENT),
        contacts=by(CONTACT),
        policies=By.NOTHING if own_only else by(POLICY),
        births=by(BIRTH),
    )


def within(viewer: Viewer) -> tuple[str, ...] | None:
    """The branches to one of which a customer must belong to be found; None: all are."""
    if viewer.sight is None:
        return None
    return (*viewer.sight.codes, *([NO_BRANCH] if viewer.sight.reach.sees_unassigned else []))


def shown(found: Highlight, viewer: Viewer) -> Highlight:
    """Masked as the field itself is; of its spans, what the mask leaves to be seen."""
    of, rule = FOUND.get(found.field, ("", str))
    if not viewer.masks(of):
        return found
    text = rule(found.text)
    same = len(text) == len(found.text)
    return replace(found, text=text, spans=_seen(found, text) if same else ())


def _seen(found: Highlight, text: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for start, end in found.spans:
        for at in range(start, end):
            if text[at] == MASK:
                continue
            if spans and spans[-1][1] == at:
                spans[-1] = (spans[-1][0], at + 1)
            else:
                spans.append((at, at + 1))
    return tuple(spans)
