"""How fast a file of customers comes in."""

import random
from pathlib import Path

from benchmarks.bench_hub import fresh_master
from benchmarks.figures import Figure, seconds
from intake.run import import_file
from matching.numbers import resident_id_check_digit

ROWS = 20_000
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞"


def import_figures(folder: Path) -> list[Figure]:
    """The first time, when every row is new; and again, when nothing changes."""
    path = folder / "customers.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path)
    master = fresh_master(folder / "import")
    figures = []
    for name in ("import: new customers", "import: the same file again"):
        took = seconds(lambda: import_file(master, "customers", path, source="CORE"))
        figures.append(Figure(name, ROWS / took, "rows/s"))
    master.close()
    return figures


def _write(path: Path) -> None:
    chance = random.Random(11)
    columns = "source_key,name,gender,birth_date,document_number,mobile,email,address"
    with path.open("w", encoding="utf-8") as file:
        file.write(columns + "\n")
        for number in range(ROWS):
            file.write(",".join(_row(number, chance)) + "\n")


def _row(number: int, chance: random.Random) -> list[str]:
    year, month, day = chance.randint(1950, 2005), chance.randint(1, 12), chance.randint(1, 28)
    sequence = chance.randint(0, 999)
    body = f"440305{year:04d}{month:02d}{day:02d}{sequence:03d}"
    name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.randint(1, 2)))
    return [
        f"P{number:07d}",
        name,
        "M" if sequence % 2 else "F",
        f"{year:04d}-{month:02d}-{day:02d}",
        body + resident_id_check_digit(body),
        f"139{number:08d}",
        f"c{number}@example.com",
        f"广东省深圳市南山区科技路{chance.randint(1, 400)}号",
    ]
