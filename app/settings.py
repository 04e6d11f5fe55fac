"""What the hub was told, read and checked: the environment first, then the file .env."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

from app.env_file import read_env_file
from app.http.addresses import Network
from app.known_settings import SETTINGS

_PASSWORD_IN_URL = re.compile(r"(?<=//)\S*(?=@)|(?<=password=)[^&\s]*")


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
    raw_record_days: int
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
