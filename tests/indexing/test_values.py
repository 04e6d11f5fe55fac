"""What highlights are made of is what the index was made of, on both databases."""

from indexing.documents.reading import read_documents
from indexing.documents.values import read_values
from intake.sample.fill import fill
from master.session import Master

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
