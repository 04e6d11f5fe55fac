"""The least that makes a change durable: BEGIN, UPDATE, INSERT into an outbox, COMMIT, each a round trip."""

from typing import Any, LiteralString

TABLES = """
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE TABLE bench.customers (id bigint PRIMARY KEY, status text, version bigint NOT NULL);
CREATE TABLE bench.outbox (id bigserial PRIMARY KEY, customer_id bigint NOT NULL, at timestamptz NOT NULL);
INSERT INTO bench.customers SELECT id, status_by_hand, 1 FROM public.customers;
"""


def trips(status: str | None, id: int) -> tuple[tuple[LiteralString, tuple[Any, ...] | None], ...]:
    """The statements and their values: of the status that is to stand, and the customer."""
    return (
        ("BEGIN", None),
        ("UPDATE bench.customers SET status = %s, version = version + 1 WHERE id = %s", (status, id)),
        ("INSERT INTO bench.outbox (customer_id, at) VALUES (%s, now())", (id,)),
        ("COMMIT", None),
    )
