"""Every setting of the hub: its name, its default, its meaning and how its text is read, in one table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from app.http.addresses import read_networks
from app.setting_readers import (
    list_of,
    read_compile_at,
    read_host,
    read_hours,
    read_log_days,
    read_milliseconds,
    read_path,
    read_port,
    read_record_days,
    read_search_url,
    read_truth,
    read_truth_or_auto,
    read_zone,
    url_of,
)

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True)
class Setting:
    """`read` makes a value of the text, or raises ValueError saying what to write; None stands for unset."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], object]
    unset: object = None

    @property
    def field(self) -> str:
        return self.name.removeprefix("KEHU_").lower()


SETTINGS = (
    Setting(
        "KEHU_DATA_DIR",
        "./var",
        "where the embedded master, index and keys live",
        read_path,
        unset=Path("var"),
    ),
    Setting(
        "KEHU_DATABASE_URL",
        "SQLite in the data dir",
        "`postgresql://…` for the server profile",
        url_of("postgresql", "sqlite"),
    ),
    Setting(
        "KEHU_SEARCH_URL",
        "embedded index in the data dir",
        "`http(s)://…` of an OpenSearch cluster: hosts with commas, then `/name` of the indices (kehu)",
        read_search_url,
    ),
    Setting(
        "KEHU_REDIS_URL",
        "none: in-process",
        "`redis://…`: rates are counted there for all processes together",
        url_of("redis", "rediss"),
    ),
    Setting(
        "KEHU_TRACES_URL",
        "none: no traces",
        "`http(s)://…` of an OpenTelemetry collector (OTLP over HTTP) that traces are sent to",
        url_of("http", "https"),
    ),
    Setting(
        "KEHU_KEYS",
        "`keys.toml` in the data dir",
        "the key file; the server profile refuses to start without it",
        read_path,
    ),
    Setting(
        "KEHU_ROLES",
        "the shipped roles",
        "a TOML file with roles of your own, or in the place of shipped ones (docs/operating.md)",
        read_path,
    ),
    Setting(
        "KEHU_LIMITS",
        "the shipped limits",
        "a TOML file with limits that take the place of the shipped ones (docs/operating.md)",
        read_path,
    ),
    Setting("KEHU_SANDBOX", "off", "a hub for trials", read_truth, unset=False),
    Setting(
        "KEHU_CLOCK", "none", "sandbox only: a file with the instant it is, looked at on each use", read_path
    ),
    Setting("KEHU_TIMEZONE", "Asia/Shanghai", "where days begin", read_zone, unset=ZoneInfo("Asia/Shanghai")),
    Setting("KEHU_HOST", "127.0.0.1", "the address to listen at", read_host, unset="127.0.0.1"),
    Setting("KEHU_PORT", "8000", "the port to listen at", read_port, unset=8000),
    Setting(
        "KEHU_WORKER_PORT",
        "none",
        "the port where `kehu worker` answers /metrics, /readyz and /healthz; each of a machine has its own",
        read_port,
    ),
    Setting(
        "KEHU_ALLOWED_HOSTS",
        "loopback",
        "the names the hub is called by, with commas between them; `*.example.com`: all below; `*`: any",
        list_of(_HOST, "hub.example.com,10.0.0.5"),
        unset=LOOPBACK_HOSTS,
    ),
    Setting(
        "KEHU_ALLOWED_ORIGINS",
        "none",
        "origins whose web pages may ask, with commas between them",
        list_of(_ORIGIN, "https://crm.example.com"),
        unset=(),
    ),
    Setting(
        "KEHU_TRUSTED_PROXIES",
        "none",
        "reverse proxies (addresses, networks) whose X-Forwarded-For is believed, with commas between them",
        read_networks,
        unset=(),
    ),
    Setting(
        "KEHU_PLAYGROUND",
        "auto",
        "whether /graphiql is served; auto: when listening on loopback",
        read_truth_or_auto,
    ),
    Setting(
        "KEHU_INTROSPECTION",
        "on",
        "whether a token may ask for `__schema` and `__type`; off: FORBIDDEN (`__typename` stays)",
        read_truth,
        unset=True,
    ),
    Setting(
        "KEHU_COMPILE_AT",
        "2",
        "the how-manieth request of a query compiles it to one statement; 0: none, 1: the first",
        read_compile_at,
        unset=2,
    ),
    Setting(
        "KEHU_INDEX_WORKER",
        "on",
        "whether `kehu serve` may be the indexing worker (`--no-worker`: off)",
        read_truth,
        unset=True,
    ),
    Setting(
        "KEHU_ACCESS_LOG_DAYS",
        "365",
        "how long it is kept who saw whom; 180 at least",
        read_log_days,
        unset=365,
    ),
    Setting(
        "KEHU_RAW_RECORD_DAYS",
        "0",
        "how long records of batches are kept as they came, by which a batch can be taken back; 0: for good",
        read_record_days,
        unset=0,
    ),
    Setting(
        "KEHU_SLOW_SEARCH_MS", "200", "a search that takes so long is logged", read_milliseconds, unset=200
    ),
    Setting(
        "KEHU_INDEX_CHECK_HOURS",
        "24",
        "how often the indexing worker compares index and master, and mends what differs; 0: never",
        read_hours,
        unset=24,
    ),
)
