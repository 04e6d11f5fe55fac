"""How settings are read, and how a wrong one is told."""

import dataclasses
import re
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.known_settings import SETTINGS
from app.settings import Settings, WrongSettings, read_settings, shown, unknown_settings

NO_FILE = Path("/nonexistent/.env")


def read(**texts: str) -> Settings:
    return read_settings({f"KEHU_{name.upper()}": text for name, text in texts.items()}, NO_FILE)


def problems(**texts: str) -> tuple[str, ...]:
    with pytest.raises(WrongSettings) as raised:
        read(**texts)
    return raised.value.problems


def test_without_settings_the_hub_is_embedded_and_on_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings({}) == Settings(
        data_dir=tmp_path / "var",
        database_url=f"sqlite:///{tmp_path}/var/master.db",
        search_url=None,
        redis_url=None,
        traces_url=None,
        keys=tmp_path / "var/keys.toml",
        sandbox=False,
        roles=None,
        limits=None,
        clock=None,
        timezone=ZoneInfo("Asia/Shanghai"),
        host="127.0.0.1",
        port=8000,
        worker_port=None,
        allowed_hosts=("127.0.0.1", "localhost", "[::1]"),
        allowed_origins=(),
        trusted_proxies=(),
        playground=True,
        introspection=True,
        compile_at=2,
        index_worker=True,
        access_log_days=365,
        raw_record_days=0,
        slow_search_ms=200,
        index_check_hours=24,
    )


def test_every_setting_is_read(tmp_path: Path) -> None:
    settings = read(
        data_dir=str(tmp_path), database_url="postgresql://u:p@db/kehu", search_url="https://search:9200",
        redis_url="redis://cache", traces_url="http://otel", keys=str(tmp_path / "k.toml"),
        roles="/roles.toml",
        limits="/limits.toml", sandbox="1", clock=str(tmp_path / "now"),
        timezone="Asia/Urumqi", host="0.0.0.0", port="80", worker_port="81",
        allowed_hosts="Hub.example.com, *.example.org",
        allowed_origins="https://crm.example.com", trusted_proxies="10.0.0.5, 2001:db8::/32",
        playground="1", introspection="0", compile_at="1", index_worker="off",
        access_log_days="180", raw_record_days="400",
        index_check_hours="0", slow_search_ms="50",
    )  # fmt: skip
    assert settings == Settings(
        tmp_path, "postgresql://u:p@db/kehu", "https://search:9200", "redis://cache", "http://otel",
        tmp_path / "k.toml",
        Path("/roles.toml"),
        Path("/limits.toml"),
        True, tmp_path / "now", ZoneInfo("Asia/Urumqi"), "0.0.0.0", 80, 81,
        ("hub.example.com", "*.example.org"),
        ("https://crm.example.com",), (ip_network("10.0.0.5"), ip_network("2001:db8::/32")),
        True, False, 1, False, 180, 400, 50, 0,
    )  # fmt: skip


def test_the_playground_stands_on_loopback_only_unless_it_is_set() -> None:
    assert [read(host=host).playground for host in ("::1", "localhost", "0.0.0.0", "10.1.2.3")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\nKEHU_PORT=81\nexport KEHU_HOST = '::1'\n\nOTHER=x\n", encoding="utf-8")
    settings = read_settings({"KEHU_PORT": "82"}, file)
    assert (settings.port, settings.host) == (82, "::1")


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("port", "80a", "KEHU_PORT is '80a': write a number from 1 to 65535."),
        ("port", "70000", "KEHU_PORT is '70000': write a number from 1 to 65535."),
        ("port", "9" * 5000, f"KEHU_PORT is '{'9' * 5000}': write a number from 1 to 65535."),
        ("sandbox", "maybe", "KEHU_SANDBOX is 'maybe': write 1 or 0."),
        ("playground", "x", "KEHU_PLAYGROUND is 'x': write auto, 1 or 0."),
        ("timezone", "Mars", "KEHU_TIMEZONE is 'Mars': write the name of a time zone, as Asia/Shanghai."),
        ("timezone", "../etc", "KEHU_TIMEZONE is '../etc': write the name of a time zone, as Asia/Shanghai."),
        ("search_url", "search:9200", "KEHU_SEARCH_URL is 'search:9200': write http://… or https://…."),
        (
            "search_url",
            "https://me:secret@a:1,b:99999/hub",
            "KEHU_SEARCH_URL is 'https://***@a:1,b:99999/hub': write the hosts with commas between them, as "
            "https://search1:9200,search2:9200.",
        ),
        (
            "search_url",
            "https://search/Hub",
            "KEHU_SEARCH_URL is 'https://search/Hub': behind the hosts write nothing, or / and a name of "
            "small letters and digits.",
        ),
        (
            "database_url",
            "mysql://me:secret@db/kehu",
            "KEHU_DATABASE_URL is 'mysql://***@db/kehu': write postgresql://… or sqlite://….",
        ),
        ("redis_url", "http://x", "KEHU_REDIS_URL is 'http://x': write redis://… or rediss://…."),
        (
            "allowed_origins",
            "*",
            "KEHU_ALLOWED_ORIGINS is '*': write names with commas between them, as https://crm.example.com.",
        ),
        (
            "allowed_hosts",
            "http://hub",
            "KEHU_ALLOWED_HOSTS is 'http://hub': "
            "write names with commas between them, as hub.example.com,10.0.0.5.",
        ),
        (
            "trusted_proxies",
            "10.0.0.1/8",
            "KEHU_TRUSTED_PROXIES is '10.0.0.1/8': "
            "write addresses or networks with commas between them, as 10.0.0.5,10.1.0.0/16.",
        ),
        ("host", "a b", "KEHU_HOST is 'a b': write the address to listen at, as 127.0.0.1 or 0.0.0.0."),
    ],
)
def test_a_wrong_setting_is_told_with_what_to_write(name: str, text: str, problem: str) -> None:
    assert problems(**{name: text}) == (problem,)


def test_unknown_names_are_told_and_do_no_harm() -> None:
    environ = {"KEHU_DATADIR": "x", "KEHU_COLOUR": "x", "KEHU_PORT": "81", "OTHER": "x"}
    assert read_settings(environ, NO_FILE).port == 81
    assert unknown_settings(environ, NO_FILE) == [
        "KEHU_COLOUR is no setting of the hub: leave it out.",
        "KEHU_DATADIR is no setting of the hub: write KEHU_DATA_DIR.",
    ]


def test_all_wrong_settings_are_told_at_once() -> None:
    assert len(problems(port="x", sandbox="x", timezone="x")) == 3


def test_only_a_hub_for_trials_may_be_told_the_time() -> None:
    assert read(sandbox="1", clock="/now").clock == Path("/now")
    assert problems(clock="/now") == (
        "KEHU_CLOCK is '/now': only a hub for trials may be told the time. "
        "Leave it out, or set KEHU_SANDBOX=1.",
    )


def test_postgresql_needs_a_key_file() -> None:
    assert problems(database_url="postgresql://db/kehu") == (
        "KEHU_KEYS is not set: with PostgreSQL, write the path of the key file; `kehu init` makes it.",
    )


def test_a_password_is_never_shown() -> None:
    assert shown("redis://:secret@cache:6379/0") == "redis://***@cache:6379/0"
    assert shown("redis://:se/cr@et@cache:6379/0") == "redis://***@cache:6379/0"
    assert shown("redis://cache/0?password=secret&db=1") == "redis://cache/0?password=***&db=1"
    assert shown("postgresql://db/kehu") == "postgresql://db/kehu"


def test_the_table_and_the_dataclass_name_the_same_settings() -> None:
    assert [setting.field for setting in SETTINGS] == [field.name for field in dataclasses.fields(Settings)]
    assert all(re.fullmatch(r"KEHU_[A-Z_]+", setting.name) and setting.meaning for setting in SETTINGS)


@pytest.mark.parametrize("text", ["6", "-1", "x", "36501"])
def test_records_of_batches_are_kept_for_a_week_at_least_or_for_good(text: str, tmp_path: Path) -> None:
    with pytest.raises(WrongSettings) as raised:
        read_settings({"KEHU_RAW_RECORD_DAYS": text}, tmp_path / "no.env")
    assert raised.value.problems == (
        f"KEHU_RAW_RECORD_DAYS is {text!r}: write a number of days from 7, or 0 to keep them for good.",
    )
