"""How the text of a setting is read: a reader makes its value, or raises ValueError saying what to write."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from indexing.engines.opensearch_address import read_address

FEWEST_LOG_DAYS, FEWEST_RECORD_DAYS, MOST_DAYS = 180, 7, 36_500
MOST_COMPILE_AT = 1000


def read_path(text: str) -> Path:
    return Path(text).expanduser().resolve()


def read_truth(text: str) -> bool:
    truths = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False}
    if text.lower() not in {**truths, "off": False}:
        raise ValueError("write 1 or 0")
    return truths.get(text.lower(), False)


def read_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise ValueError("write a number from 1 to 65535")
    return int(text)


def read_log_days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and FEWEST_LOG_DAYS <= int(text[:6]) <= MOST_DAYS):
        raise ValueError(f"write a number of days from {FEWEST_LOG_DAYS}, which the law asks for")
    return int(text)


def read_record_days(text: str) -> int:
    days = int(text[:6]) if text.isascii() and text.isdigit() else -1
    if days and not FEWEST_RECORD_DAYS <= days <= MOST_DAYS:
        raise ValueError(f"write a number of days from {FEWEST_RECORD_DAYS}, or 0 to keep them for good")
    return days


def read_compile_at(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) <= MOST_COMPILE_AT):
        raise ValueError(f"write a number from 0 to {MOST_COMPILE_AT}")
    return int(text)


def read_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise ValueError("write the name of a time zone, as Asia/Shanghai") from None


def url_of(*schemes: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            parts = urlsplit(text)
            is_right = parts.scheme in schemes and (bool(parts.hostname) or parts.scheme == "sqlite")
        except ValueError:
            is_right = False
        if not is_right:
            raise ValueError("write " + " or ".join(f"{scheme}://…" for scheme in schemes))
        return text

    return read


def read_search_url(text: str) -> str:
    read_address(text)
    return text


def list_of(pattern: re.Pattern[str], example: str) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        items = tuple(item.strip().lower() for item in text.split(",") if item.strip())
        if not items or any(pattern.fullmatch(item) is None for item in items):
            raise ValueError(f"write names with commas between them, as {example}")
        return items

    return read


def read_host(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9.:_-]+", text) is None:
        raise ValueError("write the address to listen at, as 127.0.0.1 or 0.0.0.0")
    return text


def read_truth_or_auto(text: str) -> bool | None:
    if text.lower() == "auto":
        return None
    try:
        return read_truth(text)
    except ValueError:
        raise ValueError("write auto, 1 or 0") from None


def read_milliseconds(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,6}", text) is None:
        raise ValueError("write a whole number of milliseconds up to 999999")
    return int(text)


def read_hours(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,4}", text) is None:
        raise ValueError("write a whole number of hours up to 9999, or 0")
    return int(text)
