"""Now, for everything that asks: one clock a hub, which a sandbox may read from a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo


def milliseconds(instant: datetime) -> datetime:
    """The instant in UTC, cut to the milliseconds that the master keeps."""
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def spelled(instant: datetime) -> str:
    """The one spelling of an instant: 2026-11-21T00:30:00.000Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def system_time() -> datetime:
    return datetime.now(UTC)


class ClockFileError(Exception):
    """The file of KEHU_CLOCK is missing or holds no instant; the message says what to write."""


@dataclass(frozen=True)
class FileTime:
    """The instant written in a file, looked at on each use: how a sandbox moves its clock."""

    path: Path

    def __call__(self) -> datetime:
        """Raises ClockFileError."""
        try:
            instant = datetime.fromisoformat(self.path.read_text(encoding="utf-8").strip())
        except (OSError, ValueError):
            instant = None
        if instant is None or instant.tzinfo is None:
            raise ClockFileError(
                f"{self.path} must hold an instant with an offset, as 2026-11-21T08:30:00+08:00"
            )
        return instant


@dataclass(frozen=True)
class Clock:
    """What time it is, and where days begin (KEHU_TIMEZONE)."""

    zone: ZoneInfo
    source: Callable[[], datetime] = system_time

    def now(self) -> datetime:
        """The instant in UTC, in whole milliseconds."""
        return milliseconds(self.source())

    def today(self) -> date:
        return self.day_of(self.source())

    def day_of(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The instant at which the day begins."""
        return milliseconds(datetime(day.year, day.month, day.day, tzinfo=self.zone))
