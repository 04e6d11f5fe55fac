"""What stays and what goes where room is short."""

from execution.shelves import Shelf


def kept(shelf: Shelf[int], keys: str) -> str:
    return "".join(key for key in keys if key in shelf)


def test_what_was_not_used_for_longest_goes_first() -> None:
    shelf: Shelf[int] = Shelf(4)
    for number, key in enumerate("abcd"):
        shelf.put(key, number, token=key)
    assert shelf.get("a") == 0
    shelf.put("e", 4, token="e")
    assert kept(shelf, "abcde") == "acde"


def test_a_token_with_a_quarter_makes_room_by_its_own() -> None:
    shelf: Shelf[int] = Shelf(8)
    shelf.put("x", 0, token="other")
    for number, key in enumerate("abc"):
        shelf.put(key, number, token="one")
    assert kept(shelf, "xabc") == "xbc"


def test_what_is_lasting_goes_last() -> None:
    shelf: Shelf[int] = Shelf(4)
    shelf.put("a", 0, token="a", is_lasting=True)
    for key in "bcde":
        shelf.put(key, 1, token=key)
    assert kept(shelf, "abcde") == "acde"


def test_what_is_put_again_is_held_once() -> None:
    shelf: Shelf[int] = Shelf(4)
    for number in range(9):
        shelf.put("a", number, token="one")
    assert shelf.get("a") == 8
