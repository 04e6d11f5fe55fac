"""Every setting of the hub: its name, its default, its meaning and how its text is read, in one table."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

from app.env_file import read_env_file
from app.http.addresses import Network, read_networks
from app.setting_readers import (
    list_of,
    read_compile_at,
    read_host,
    read_hours,
    read_log_days,
    read_milliseconds,
    read_path,
    read_port,
    read_search_url,
    read_truth,
    read_truth_or_auto,
    read_zone,
    url_of,
)

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")

_PASSWORD_IN_URL = re.compile(r"(?<=//)\S*(?=@)|(?<=password=)[^&\s]*")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?")
_HOST = re.compile(r"\*|(\*\.)?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True)
class Settings:
    """What the hub was told, read and checked; paths are absolute."""

    data_dir: Path
    database_url: str
    search_url: str | None
    redis_url: str | None
    traces_url: str | None
    keys: Path
    roles: Path | None
    limits: Path | None
    sandbox: bool
    clock: Path | None
    timezone: ZoneInfo
    host: str
    port: int
    worker_port: int | None
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    playground: bool
    introspection: bool
    compile_at: int
    index_worker: bool
    access_log_days: int
    slow_search_ms: int
    index_check_hours: int

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


class WrongSettings(Exception):
    """One sentence for each setting that is wrong: its name, its value and what to write instead."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


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


def read_settings(environ: Mapping[str, str], env_file: Path = Path(".env")) -> Settings:
    """The settings of an environment; what it does not say may stand in the file. Raises WrongSettings."""
    texts = settings_texts(environ, env_file)
    problems: list[str] = []
    values: dict[str, object] = {}
    for setting in SETTINGS:
        text = texts.get(setting.name, "").strip()
        try:
            values[setting.field] = setting.read(text) if text else setting.unset
        except ValueError as error:
            problems.append(f"{setting.name} is {shown(text)!r}: {error}.")
    if not problems:
        problems = _contradictions(values)
    if problems:
        raise WrongSettings(problems)
    return _settings(values)


def settings_texts(environ: Mapping[str, str], env_file: Path = Path(".env")) -> Mapping[str, str]:
    """What the environment says, and what it does not say the file."""
    return {**read_env_file(env_file), **environ}


def unknown_settings(environ: Mapping[str, str], env_file: Path = Path(".env")) -> list[str]:
    """A sentence for each KEHU_ name that is no setting; it may be one of another version of the hub."""
    names = {*read_env_file(env_file), *environ}
    return [_unknown(name) for name in sorted(names) if _is_unknown(name)]


def shown(text: str) -> str:
    """A setting's text with the password of a URL hidden."""
    return _PASSWORD_IN_URL.sub("***", text)


def _contradictions(values: Mapping[str, object]) -> list[str]:
    problems = []
    if values["clock"] is not None and not values["sandbox"]:
        problems.append(
            f"KEHU_CLOCK is {str(values['clock'])!r}: only a hub for trials may be told the time. "
            "Leave it out, or set KEHU_SANDBOX=1."
        )
    if str(values["database_url"]).startswith("postgresql") and values["keys"] is None:
        problems.append(
            "KEHU_KEYS is not set: with PostgreSQL, write the path of the key file; `kehu init` makes it."
        )
    return problems


def _settings(values: dict[str, object]) -> Settings:
    data_dir = Path(str(values["data_dir"])).resolve()
    values["data_dir"] = data_dir
    values["database_url"] = values["database_url"] or f"sqlite:///{data_dir / 'master.db'}"
    values["keys"] = values["keys"] or data_dir / "keys.toml"
    if values["playground"] is None:
        values["playground"] = _is_loopback(str(values["host"]))
    return Settings(**values)  # type: ignore[arg-type]  # each reader makes its field's type


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_unknown(name: str) -> bool:
    return name.startswith("KEHU_") and all(setting.name != name for setting in SETTINGS)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [setting.name for setting in SETTINGS], n=1, cutoff=0.8)
    advice = f"write {near[0]}" if near else "leave it out"
    return f"{name} is no setting of the hub: {advice}."
