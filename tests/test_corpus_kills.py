"""The real command line with real worker processes, killed: the next run goes on, and the bytes are the same."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from entityrel.corpus.shards import MANIFEST
from real_runs import Site, content, descendants, some_shards, wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs POSIX signals and /proc")


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:1]
    except OSError:
        return False


def test_killed_at_20_random_moments(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.corpus([f"Iran has {number} drones. NAP" for number in range(200)])
    whole = site.run("whole", "--shard-size", "5")
    chance = random.Random(7)
    kills = 0
    while kills < 20:
        # Every second kill may meet a run that is still starting.
        written = some_shards(tmp_path / "out", chance.randint(1, 3) if kills % 2 else 0)
        with site.start("out", "--shard-size", "5", "--workers", "2") as process:
            wait_for(written, process)
            time.sleep(chance.uniform(0, 0.2 if kills % 2 else 2))
            process.kill()
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            # All is done: begin anew, so that each kill meets a run that has something to do.
            assert content(tmp_path / "out") == whole
            (tmp_path / "out" / MANIFEST).unlink()
    assert site.run("out", "--shard-size", "5", "--workers", "2") == whole


def test_no_process_outlives_a_run_that_is_killed(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.corpus([f"Iran has {number} drones." for number in range(40)] + ["HANG"] * 2)
    with site.start("out", "--shard-size", "10", "--workers", "2") as process:
        wait_for(some_shards(tmp_path / "out", 4), process)
        workers = descendants(process.pid)
        process.kill()
    assert len(workers) >= 2
    wait_for(lambda: not any(map(_alive, workers)))


def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.corpus([f"Iran has {number} drones. NAP" for number in range(120)])
    whole = site.run("whole", "--shard-size", "10")
    with site.start("out", "--shard-size", "10", "--time-limit", "100") as process:
        wait_for(some_shards(tmp_path / "out", 2), process)
        os.kill(max(descendants(process.pid)), signal.SIGKILL)
    assert process.returncode == 0, (tmp_path / "out.err").read_text()
    assert content(tmp_path / "out") == whole
