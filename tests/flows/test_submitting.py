"""A partner's system sends as many records at once as it may, each with all that it knows."""

from typing import Any

from tests.flows.conftest import Running

SUBMIT = """mutation ($input: SubmitRecordsInput!) { submitRecords(input: $input) {
  records { key outcome errors { code message } } errors { code message path } } }"""


def record(place: int) -> dict[str, Any]:
    address = f"上海市浦东新区世纪大道{place}号{place % 30 + 1}层{place % 20 + 1}室"
    return {
        "key": f"P{place:06d}",
        "name": f"尉迟{chr(0x4E00 + place)}{chr(0x5E00 + place)}",
        "gender": "FEMALE",
        "birthDate": f"19{place % 60 + 30}-{place % 12 + 1:02d}-{place % 28 + 1:02d}",
        "documents": [{"type": "PASSPORT", "number": f"E{place:08d}"}],
        "contactPoints": [
            {"kind": "MOBILE", "value": f"1380{place:07d}", "preferred": True},
            {"kind": "EMAIL", "value": f"somebody.with.a.long.name.{place}@mail.example.com"},
            {"kind": "ADDRESS", "value": address},
        ],
    }


def test_a_thousand_full_records_are_taken_at_once_and_not_twice(running: Running) -> None:
    running.start("serve")
    given = {"source": "BANK", "records": [record(place) for place in range(1000)]}
    for outcome in ("ADDED", "UNCHANGED"):
        done = running.ask(SUBMIT, "PARTNER", input=given)["submitRecords"]
        assert done["errors"] == []
        assert {each["outcome"] for each in done["records"]} == {outcome}
        assert len(done["records"]) == 1000
