"""Search latency by class of query, and how often the customer meant is among the first ten."""

import asyncio
import random
import time
from collections.abc import Callable
from string import ascii_lowercase

from opencc import OpenCC
from sqlalchemy import func, select

from benchmarks.figures import Figure
from indexing.documents.customers import CustomerDocument
from indexing.documents.reading import read_documents
from indexing.engines.port import SearchEngine
from indexing.search import SearchFilter, SearchRequest, search_customers
from master.session import Master
from master.tables.base import table
from master.tables.customers import CustomerRow
from matching.normal import name_key

CASES = 200  # a class at most; the first 20 warm up and are not counted
WARM = 20
SAMPLED = 4000  # customers: enough that the rare names find cases too

TRADITIONAL = OpenCC("s2t")

Query = Callable[[CustomerDocument, random.Random], str | None]


def _han(document: CustomerDocument) -> str | None:
    name = document.names[0]
    is_han = (
        document.kind == "PERSON" and 2 <= len(name) <= 4 and all("\u4e00" <= c <= "\u9fff" for c in name)
    )
    return name if is_han else None


def _pinyin(document: CustomerDocument) -> list[str]:
    return name_key(document.names[0]).split() if _han(document) else []


def _initials(document: CustomerDocument) -> str | None:
    return "".join(syllable[0] for syllable in _pinyin(document)) or None


def _mixed(document: CustomerDocument) -> str | None:
    name = _han(document)
    return f"{_pinyin(document)[0]}{name[1:]}" if name else None


def _tail(values: tuple[str, ...], length: int) -> str | None:
    return values[0][-length:] if values else None


def _birth(document: CustomerDocument) -> str | None:
    resident = [number for number in document.documents if len(number) == 18 and number[:17].isdigit()]
    return resident[0][6:14] if resident else None


def _with_tail(document: CustomerDocument, words: str | None) -> str | None:
    tail = _tail(document.phones, 4)
    return f"{words} {tail}" if words and tail else None


def _latin(document: CustomerDocument) -> list[str]:
    """The words of the first name in Latin letters, of persons with two words or more."""
    names = (name.split() for name in document.names if name.replace(" ", "").isascii())
    return next((words for words in names if document.kind == "PERSON" and len(words) > 1), [])


def _any_order(document: CustomerDocument, chance: random.Random) -> str | None:
    words = _latin(document)
    return " ".join(chance.sample(words, len(words))) or None


def _two_prefixes(document: CustomerDocument) -> str | None:
    words = _latin(document)
    return f"{words[0][:3]} {words[-1][:3]}" if words else None


def _slip(words: list[str], chance: random.Random) -> list[str] | None:
    """With one wrong letter in the longest word, never its first; None where that word is short."""
    longest = max(words, key=len, default="")
    if len(longest) < 5:
        return None
    at = chance.randrange(1, len(longest))
    wrong = chance.choice([letter for letter in ascii_lowercase if letter != longest[at].lower()])
    return [longest[:at] + wrong + longest[at + 1 :] if word == longest else word for word in words]


def _joined(words: list[str] | None, between: str = "") -> str | None:
    return between.join(words) if words else None


def _traditional(document: CustomerDocument) -> str | None:
    name = _han(document)
    written = TRADITIONAL.convert(name) if name else None
    return written if written != name else None


def _surname_and_birth(document: CustomerDocument) -> str | None:
    name, birth = _han(document), document.birth_date
    return f"{name[0]} {birth:%Y%m%d}" if name and birth else None


def _ethnic_part(document: CustomerDocument, chance: random.Random) -> str | None:
    parts = document.names[0].split("·")
    return chance.choice(parts) if len(parts) > 1 else None


def _middle(values: tuple[str, ...], length: int) -> str | None:
    if not values or len(values[0]) < length + 2:
        return None
    start = (len(values[0]) - length) // 2
    return values[0][start : start + length]


CLASSES: dict[str, Query] = {
    "full name": lambda d, r: _han(d),
    "prefix (2 characters)": lambda d, r: (_han(d) or "")[:2] or None,
    "given name": lambda d, r: (_han(d) or "")[1:] or None,
    "one character": lambda d, r: (_han(d) or "")[:1] or None,
    "pinyin, full": lambda d, r: "".join(_pinyin(d)) or None,
    "pinyin, partial": lambda d, r: "".join(_pinyin(d))[:-2] or None,
    "pinyin, one typo": lambda d, r: _joined(_slip(["".join(_pinyin(d))], r)),
    "initials": lambda d, r: _initials(d),
    "one letter": lambda d, r: (_initials(d) or "")[:1] or None,
    "mixed (zhang三)": lambda d, r: _mixed(d),
    "Latin, full (any order)": _any_order,
    "Latin, one typo": lambda d, r: _joined(_slip(_latin(d), r), " "),
    "Latin, two prefixes": lambda d, r: _two_prefixes(d),
    "traditional script": lambda d, r: _traditional(d),
    "ethnic name, one part": _ethnic_part,
    "surname and birth date": lambda d, r: _surname_and_birth(d),
    "mobile, last 4": lambda d, r: _tail(d.phones, 4),
    "document, last 6": lambda d, r: _tail(d.documents, 6),
    "document, birth date": lambda d, r: _birth(d),
    "policy number, last 6": lambda d, r: _tail(d.policies, 6),
    "policy number, middle": lambda d, r: _middle(d.policies, 6),
    "name and mobile tail": lambda d, r: _with_tail(d, _han(d)),
    "initials and mobile tail": lambda d, r: _with_tail(d, _initials(d)),
    "customer number": lambda d, r: d.number,
}


def search_figures(master: Master, engine: SearchEngine, seed: int = 7) -> list[Figure]:
    """p50, p95 and p99 of each class in milliseconds, in process."""
    chance = random.Random(seed)
    documents = _documents(master, chance)
    figures = []
    for name, query in CLASSES.items():
        cases = [(document.id, words) for document in documents if (words := query(document, chance))][:CASES]
        figures += asyncio.run(_timed(f"search: {name}", engine, cases))
    return figures


def _documents(master: Master, chance: random.Random) -> list[CustomerDocument]:
    """Enough random customers that every class finds its cases."""
    customers = table(CustomerRow)
    with master.reading() as connection:
        highest = connection.scalar(select(func.max(customers.c.id))) or 1
        ids = sorted({chance.randint(1, highest) for _ in range(SAMPLED)})
        found = []
        for start in range(0, len(ids), 400):
            readings = read_documents(connection, ids[start : start + 400], master.clock)
            found += [reading.document for reading in readings]
    chance.shuffle(found)
    return found


async def _timed(name: str, engine: SearchEngine, cases: list[tuple[int, str]]) -> list[Figure]:
    times, hits, warm = [], 0, min(WARM, len(cases) // 2)
    for place, (id, words) in enumerate(cases):
        request = SearchRequest(words, SearchFilter(), 10, None, wants_total=False, wants_facets=False)
        begun = time.perf_counter()
        answer = await search_customers(engine, request)
        if place >= warm:
            times.append((time.perf_counter() - begun) * 1000)
            hits += any(hit.customer_id == id for hit in answer.hits)
    if not times:
        return []
    times.sort()
    share = {cut: times[min(len(times) - 1, int(len(times) * cut / 100))] for cut in (50, 95, 99)}
    return [
        *(Figure(f"{name}, p{cut}", value, "ms") for cut, value in share.items()),
        Figure(f"{name}, among the first 10", 100 * hits / len(times), "%"),
    ]
