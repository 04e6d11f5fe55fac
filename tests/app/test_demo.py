"""What there is to look at in a demo."""

from pathlib import Path

from app.demo import fill_demo
from intake.run import import_file
from master.onlookers import nobody
from master.session import Master
from tests.schema.hub import Hub

SEEN = """{
  batches { nodes { source read added linked review } }
  reviewTasks { totalCount nodes { one { sources { source } } other { sources { source } } } }
  relativeSuggestions { nodes { relation } } }"""


def test_a_demo_has_a_batch_people_to_review_and_relatives(master: Master, tmp_path: Path) -> None:
    bank = tmp_path / "bank.csv"
    fill_demo(master, bank, 400, nobody)
    seen = Hub(master).get(SEEN)
    (batch,) = seen["batches"]["nodes"]
    assert batch["source"] == "BANK"
    assert min(batch["added"], batch["linked"], batch["review"]) > 0
    assert batch["added"] + batch["linked"] + batch["review"] == batch["read"]
    assert seen["reviewTasks"]["totalCount"] >= batch["review"]
    assert {"CHILD", "PARENT"} & {each["relation"] for each in seen["relativeSuggestions"]["nodes"]}
    again = import_file(master, "customers", bank, source="BANK")
    assert again.unchanged == again.read == batch["read"]
