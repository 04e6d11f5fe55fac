"""What is told of how alike two customers are: as far as the viewer may know of either."""

from collections.abc import Mapping

from master.access import Viewer
from master.roles import BIRTH, CONTACT, DOCUMENT, NAME, PERSON

# The class of each field that is compared, and whether the same whole value, which the caller brings, is told
# of where it is masked: as DUPLICATE does, and looking it up.
COMPARED = {
    "name": (NAME, False),
    "document": (DOCUMENT, True),
    "mobile": (CONTACT, True),
    "email": (CONTACT, False),
    "birth": (BIRTH, False),
    "address": (CONTACT, False),
    "gender": (PERSON, False),
}


def hidden_from(viewer: Viewer) -> Mapping[str, bool]:
    """Fields that are left out, as the viewer does not see them clear: telling how alike they are would tell
    what they are. True: but for whole values that are the same."""
    return {
        field: is_told and not viewer.refuses(of)
        for field, (of, is_told) in COMPARED.items()
        if not viewer.sees_clear(of)
    }
