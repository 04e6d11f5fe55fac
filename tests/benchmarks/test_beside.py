"""Who works beside a benchmark ends with it, also when it is killed."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing.synchronize import Event
from pathlib import Path

LONGEST_SECONDS = 60.0
KILLED = """
from benchmarks.sync.beside import spawned
from tests.benchmarks.test_beside import tells_its_end
if __name__ == "__main__":
    with spawned(tells_its_end, {ended!r}):
        print("begun", flush=True)
        input()
"""


def tells_its_end(begun: Event, over: Event, ended: str) -> None:
    begun.set()
    over.wait()
    Path(ended).touch()


def test_a_benchmark_that_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    code = KILLED.format(ended=str(ended))
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as benchmark:
        assert benchmark.stdout is not None
        assert benchmark.stdout.readline() == "begun\n"
        os.kill(benchmark.pid, signal.SIGKILL)
    until = time.monotonic() + LONGEST_SECONDS
    while not ended.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
