"""What logs say, and what they never say."""

import io
import json
import logging

import structlog

from app.logging import HIDDEN, configure_logging
from tests.app.asking import BEARER, ask, ask_graphql
from tests.app.conftest import Logged
from tests.app.toys import TOKEN, application


def test_a_line_is_json_with_time_and_level(logged: Logged) -> None:
    structlog.get_logger("kehu.x").info("started", workers=2)
    [line] = logged()
    assert line.pop("time").endswith("Z")
    assert line == {"event": "started", "level": "info", "workers": 2}


def test_personal_values_are_hidden_by_name_and_by_look(logged: Logged) -> None:
    structlog.get_logger("kehu.x").info(
        f"call from 13800138000 with {TOKEN}",
        name="张三",
        rows=[{"mobile": "1", "note": "id 11010119900307123X, mail a.b@example.com"}],
        url_text="postgresql://user:secret@db/kehu",
        count=1234567890123,
    )
    [line] = logged()
    assert line["event"] == f"call from {HIDDEN} with {HIDDEN}"
    assert line["name"] == HIDDEN
    assert line["rows"] == [{"mobile": HIDDEN, "note": f"id {HIDDEN}, mail {HIDDEN}"}]
    assert line["url_text"] == f"postgresql:{HIDDEN}db/kehu"
    assert line["count"] == 1234567890123


def test_no_line_can_be_forged() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)
    structlog.get_logger("kehu.x").info("a\nb\r\x1b[31m\x7f\x85\u2028\u202e c", field="\x00\x9b")
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert all(character == "\n" or character.isprintable() for character in text)
    assert json.loads(text)["event"] == "a\nb\r\x1b[31m\x7f\x85\u2028\u202e c"


def test_a_failure_is_logged_without_its_message(logged: Logged) -> None:
    response = ask_graphql(application, "{broken}")
    failure, request = logged()
    assert failure["event"] == "failure"
    assert failure["request_id"] == request["request_id"] == response.headers["x-request-id"]
    [cause] = failure["failure"]
    assert cause["type"] == "builtins.RuntimeError"
    assert cause["at"][-1].startswith("toys.py:")
    assert cause["at"][-1].endswith(" broken")
    assert "110101199003071234" not in json.dumps(failure)


def test_a_hub_for_trials_shows_messages() -> None:
    stream = io.StringIO()
    configure_logging(show_messages=True, stream=stream)
    ask_graphql(application, "{broken}")
    assert f'"message": "secret: {HIDDEN}"' in stream.getvalue()


def test_a_request_is_one_line_without_its_path_and_words(logged: Logged) -> None:
    ask_graphql(application, 'query 张三 {hello(name: "李四")}'.replace("张三", "ZhangSan"))
    ask(application, "GET", "/search/王五?q=13800138000", headers=BEARER)
    served, unknown = logged()
    for line in (served, unknown):
        assert line.pop("ms") >= 0
        del line["time"], line["request_id"]
    assert served == {
        "event": "request",
        "level": "info",
        "route": "graphql",
        "operation": "query",
        "status": 200,
    }
    assert unknown == {"event": "request", "level": "info", "status": 404}


def test_the_standard_library_s_logging_takes_the_same_form(logged: Logged) -> None:
    logging.getLogger("library").warning("no answer from %s", "a@example.com")
    try:
        raise ValueError("13800138000")
    except ValueError:
        logging.getLogger("library").exception("failed")
    warning, failed = logged()
    assert warning["event"] == f"no answer from {HIDDEN}"
    assert failed["failure"][0]["type"] == "builtins.ValueError"
    assert "13800138000" not in json.dumps(failed)
