"""What the hub of a demo holds: a sample, what a bank has beside it, and what matching finds in both."""

from pathlib import Path

from app.relatives import FoundRelatives
from app.sweeping import Sweep
from intake.run import import_file
from intake.sample.fill import fill
from intake.sample.partner import SOURCE, bank_file
from master.onlookers import Onlooker, nobody
from master.session import Master
from matching.rules import shipped

SEED = 1


def fill_demo(master: Master, bank: Path, customers: int, told: Onlooker) -> None:
    """Fill an empty hub; bank: where the bank's file is kept, so that it can be imported again."""
    fill(master, customers=customers, seed=SEED, progress=told)
    with master.reading() as connection:
        bank.write_text(bank_file(connection, SEED), encoding="utf-8")
    import_file(master, "customers", bank, source=SOURCE)
    sweep = Sweep.of(master, shipped())
    sweep.keep(nobody)
    FoundRelatives.of(sweep).keep(nobody)
