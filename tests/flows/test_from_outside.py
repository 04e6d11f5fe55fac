"""The hub as others' tools see it: the GraphQL-over-HTTP audit, and a browser at the playground."""

import json
from pathlib import Path

from tests.flows.conftest import Running
from tests.services import node


@node.needs("node")
def test_graphql_over_http_is_spoken_to_the_letter(running: Running) -> None:
    running.start("serve")
    done = node.run("audit.mjs", running.url, running.token("AGENT"), "--strict")
    assert done.stdout.splitlines()[-1] == "61 passed, 0 failed", done.stdout + done.stderr


@node.needs("node", "chromium")
def test_a_person_at_the_playground_runs_all_examples(running: Running, tmp_path: Path) -> None:
    running.run("sample", "--customers", "50")
    running.start("serve")
    running.until("{ searchCustomers { totalCount } }", {"searchCustomers": {"totalCount": 50}})
    seen = node.told(
        node.run("playground.mjs", running.url, running.token("ADMIN"), str(tmp_path / "page.png"))
    )
    assert seen["tabs"] == [
        "CallCentreSearch",
        "Customer360",
        "SearchByMobileTail",
        "Tags",
        "LeadsDue",
        "CreateCustomer",
        "Suggest",
        "Readings",
        "SaveSearch",
        "WhoMayBeOne",
        "Batches",
    ]
    assert [list(json.loads(answer)) for answer in seen["answers"]] == [["data"]] * 11
    assert (seen["elsewhere"], seen["errors"]) == ([], [])
