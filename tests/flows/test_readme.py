"""What the README shows is what a new user sees."""

import json
import re

from tests.house.sources import ROOT
from tests.schema.hub import Hub

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_answers_what_the_readme_says(sample_hub: Hub) -> None:
    assert sample_hub.get(block("graphql"), "AGENT") == json.loads(block("json"))["data"]


def test_the_masked_number_is_revealed_as_the_readme_says(sample_hub: Hub) -> None:
    found = re.search(r"```\n(mutation .*)\n(.*)\n```", README)
    assert found is not None
    assert sample_hub.get(found[1], "AGENT") == json.loads(found[2])["data"]


def test_every_spelling_that_the_readme_names_finds_him(sample_hub: Hub) -> None:
    named = re.search(r"typos: (.*?) all find him", README, re.DOTALL)
    assert named is not None
    spellings = re.findall(r"`(.*?)`", named[1])
    assert len(spellings) == 8
    for words in spellings:
        found = sample_hub.get(
            "query($w: String!) { searchCustomers(query: $w, first: 50) { nodes { number } } }", w=words
        )
        assert {"number": "C000000001"} in found["searchCustomers"]["nodes"], words
