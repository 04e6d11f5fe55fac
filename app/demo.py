"""What the hub of a demo holds: a sample, what a bank has beside it, and what matching finds in both."""

from pathlib import Path

from app.relating import Relating
from app.sweeping import Sweep
from intake.run import import_file
from intake.sample.fill import Progress, fill
from intake.sample.partner import SOURCE, bank_file
from master.session import Master
from matching.rules import shipped

SEED = 1


def fill_demo(master: Master, bank: Path, customers: int, told: Progress) -> None:
    """Fill an empty hub; bank: where the bank's file is kept, so that it can be imported again."""
    fill(master, customers=customers, seed=SEED, progress=told)
    with master.reading() as connection:
        bank.write_text(bank_file(connection, SEED), encoding="utf-8")
    import_file(master, "customers", bank, source=SOURCE)
    sweep = Sweep.of(master, shipped())
    sweep.keep(_unseen)
    Relating.of(sweep).keep(_unseen)


def _unseen(done: int, wanted: int) -> None:
    """Nobody looks on: it takes a moment."""
