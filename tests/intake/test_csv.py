"""CSV files as they come: encodings, quotes, broken lines."""

from pathlib import Path

import pytest

from intake.sources.csv import CsvFile, Line, look_at
from master.errors import Invalid


def read(path: Path, content: bytes, encoding: str | None = None) -> tuple[str, list[Line]]:
    path.write_bytes(content)
    facts = look_at(path, encoding)
    with CsvFile(path, facts) as file:
        return facts.encoding, list(file)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "given.csv"


@pytest.mark.parametrize(
    ("encoding", "recognised"), [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")]
)
def test_the_encoding_is_recognised(path: Path, encoding: str, recognised: str) -> None:
    known, lines = read(path, "name,地址\n张三,𠮷林\n".encode(encoding))
    assert (known, lines) == (recognised, [Line(1, ["name", "地址"]), Line(2, ["张三", "𠮷林"])])


def test_one_broken_byte_does_not_make_a_file_of_utf_8_gb18030(path: Path) -> None:
    known, lines = read(path, "名\n张三\n李四\n".encode() + b"\xe5\xbc\n")
    assert known == "utf-8-sig"
    assert [line.cells for line in lines] == [["名"], ["张三"], ["李四"], ["\udce5\udcbc"]]


def test_a_given_encoding_stands_and_an_unknown_one_is_refused(path: Path) -> None:
    assert read(path, "名\n".encode("gb18030"), "GB18030")[1] == [Line(1, ["名"])]
    with pytest.raises(Invalid, match="no such encoding"):
        look_at(path, "klingon")
    with pytest.raises(Invalid, match="no such encoding"):
        look_at(path, "rot13")
    path.write_bytes("名\n".encode("utf-16"))
    with pytest.raises(Invalid, match="UTF-16"):
        look_at(path)


def test_quoted_cells_hold_commas_quotes_and_lines(path: Path) -> None:
    _, lines = read(path, b'a,b\r\n"x, ""y""","1\r\n2"\r\n3,4')
    assert lines == [Line(1, ["a", "b"]), Line(2, ['x, "y"', "1\r\n2"]), Line(4, ["3", "4"])]


def test_blank_lines_are_passed_over_and_counted(path: Path) -> None:
    assert read(path, b"a,b\n\n,\n1,2\n")[1] == [Line(1, ["a", "b"]), Line(4, ["1", "2"])]


@pytest.mark.parametrize("broken", ['"open,1', '"x"y,1', '1,"open'])
def test_broken_quotes_spoil_their_own_line_only(path: Path, broken: str) -> None:
    after = "".join(f'{number},"q"\n' for number in range(300))
    _, lines = read(path, f"a,b\n{broken}\n{after}".encode())
    assert lines[1] == Line(2, [broken], "QUOTES")
    assert lines[2:] == [Line(number + 3, [str(number), "q"]) for number in range(300)]


def test_a_quote_that_never_closes_spoils_its_own_line_only(path: Path) -> None:
    after = "".join(f"{number},2\n" for number in range(500))
    _, lines = read(path, f'a,b\n1,"open\n{after}'.encode())
    assert lines[1] == Line(2, ['1,"open'], "QUOTES")
    assert lines[2:] == [Line(number + 3, [str(number), "2"]) for number in range(500)]


def test_a_cell_of_many_lines_is_one_cell(path: Path) -> None:
    notes = "\n".join(["一行备注"] * 4_000)
    _, lines = read(path, f'a,b\n1,"{notes}"\n2,3\n'.encode())
    assert lines[1:] == [Line(2, ["1", notes]), Line(4002, ["2", "3"])]


def test_a_quote_that_does_not_close_for_long_is_told_from_broken_ones(path: Path) -> None:
    after = "".join(f"{number},{'x' * 500}\n" for number in range(400))
    _, lines = read(path, f'a,b\n1,"open\n{after}'.encode())
    assert lines[1] == Line(2, ['1,"open'], "UNCLOSED")
    assert [line.number for line in lines[2:]] == list(range(3, 403))
    assert {len(line.cells) for line in lines[2:]} == {2}


def test_a_cell_over_the_limit_is_too_long_and_spoils_its_own_line_only(path: Path) -> None:
    long, quoted = f"1,{'x' * 131_073}", f'2,"{"x" * 131_073}"'
    _, lines = read(path, f"a,b\n{long}\n{quoted}\n3,4\n".encode())
    assert lines[1:] == [Line(2, [long], "TOO_LONG"), Line(3, [quoted], "TOO_LONG"), Line(4, ["3", "4"])]


def test_how_much_was_read_is_told(path: Path) -> None:
    path.write_bytes(b"a\n1\n")
    with CsvFile(path, look_at(path)) as file:
        list(file)
        assert file.share_read == 1.0
