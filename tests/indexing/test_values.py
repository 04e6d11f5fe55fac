"""What the index is made of, and that highlights are made of the same, on both databases."""

from sqlalchemy import text

from indexing.documents.reading import read_documents
from indexing.documents.values import read_values
from intake.sample.fill import fill
from master.session import Master
from tests.schema.hub import filling

FIELDS = ("number", "birth_date", "names", "phones", "emails", "documents", "policies")


def test_values_are_those_of_the_documents(master: Master) -> None:
    fill(master, customers=150, seed=4)
    with master.reading() as connection:
        ids = [each.document.id for each in read_documents(connection, range(1, 151), master.clock)]
        read = read_documents(connection, ids, master.clock)
        values = read_values(connection, ids, with_numbers=True)
    assert len(ids) == 150
    for each in read:
        document = each.document
        assert [getattr(values[document.id], name) for name in FIELDS] == [
            getattr(document, name) for name in FIELDS
        ]


def test_without_numbers_only_names_are_read(master: Master) -> None:
    fill(master, customers=20, seed=4)
    with master.reading() as connection:
        document = read_documents(connection, [1], master.clock)[0].document
        values = read_values(connection, [1, 999], with_numbers=False)
    assert list(values) == [1]
    assert (values[1].names, values[1].birth_date) == (document.names, document.birth_date)
    assert (values[1].phones, values[1].emails, values[1].documents, values[1].policies) == ((), (), (), ())


def test_the_branches_of_a_document_stand_in_one_order_whichever_way_their_rows_lie(master: Master) -> None:
    """Else the index would be found to differ from the master after a day on which PostgreSQL plans anew."""
    with filling(master) as fill:
        first, second = fill.branch("NORTH"), fill.branch("SOUTH")
        fill.customer(1, "张三", branch_id=first)
    rows = [f"(1, {first}, 'HOME')", f"(1, {second}, 'POLICY')"]
    made = []
    with master.committing() as connection:
        if connection.dialect.name == "postgresql":  # as the rows lie
            connection.execute(text("SET LOCAL enable_indexscan = off"))
            connection.execute(text("SET LOCAL enable_indexonlyscan = off"))
        for order in (rows, rows[::-1]):
            connection.execute(text("DELETE FROM customer_branches"))
            for row in order:
                connection.execute(text(f"INSERT INTO customer_branches VALUES {row}"))
            made.append(read_documents(connection, [1], master.clock)[0].document.belongs)
    assert made == [("NORTH", "SOUTH")] * 2
