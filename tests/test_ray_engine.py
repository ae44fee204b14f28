"""The Ray engine on a real cluster of two nodes on this machine: same bytes, whoever is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from entityrel.corpus.annotate import Named
from entityrel.corpus.maker import maker
from entityrel.corpus.pool import Source
from entityrel.corpus.shards import MANIFEST
from entityrel.corpus.work import Settings, Todo
from entityrel.errors import PipelineError
from real_runs import Site, content, descendants, some_shards, wait_for
from stub_pipeline import stub_pipeline

pytest.importorskip("ray", reason="the extra 'ray' is not installed")

from ray import cluster_utils

from entityrel.corpus import ray_engine

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs POSIX signals and /proc")

#: A node has one processor, so that both are always at work; objects of the tests are small.
NODE: dict[str, Any] = {"num_cpus": 1, "object_store_memory": 80 << 20}
#: A node that is lost is noticed within seconds (five checks), not half a minute.
QUICK = {"health_check_period_ms": 500}


class Cluster:
    """A head and a second node, each with its raylet, and a site whose corpus they annotate."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._cluster: Any = cluster_utils.Cluster(
            initialize_head=True,
            head_node_args={**NODE, "include_dashboard": False, "include_log_monitor": False, "_system_config": QUICK},
        )
        self._second = self._cluster.add_node(**NODE)
        self.address = str(self._cluster.address)
        self.options = ("--engine", "ray", "--ray-address", self.address)

    def raylets(self) -> list[int]:
        """Their processes: the head's, and the second node's."""
        nodes = (self._cluster.head_node, self._second)
        return [node.all_processes["raylet"][0].process.pid for node in nodes]

    def workers(self, node: int) -> list[int]:
        """The processes with a pipeline on a node: children of Ray's workers, which are children of the raylet."""
        found = []
        for pid in descendants(self.raylets()[node]):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            if b"spawn_main" in command:
                found.append(pid)
        return found

    def kill_second_node(self) -> None:
        """Kill all its processes, as when a machine is lost."""
        raylet = self.raylets()[1]
        for pid in (raylet, *descendants(raylet)):
            with suppress(ProcessLookupError):  # it ended with the raylet
                os.kill(pid, signal.SIGKILL)

    def add_second_node(self) -> None:
        """Another node in its place."""
        self._cluster.remove_node(self._second, allow_graceful=False)
        self._second = self._cluster.add_node(**NODE)

    def shutdown(self) -> None:
        """End all."""
        self._cluster.shutdown()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    site = Site(tmp_path_factory.mktemp("ray"))
    # Ray's sockets need a short path.
    folder = tempfile.mkdtemp(prefix="ray-")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", site.pythonpath)
        patch.setenv("RAY_TMPDIR", folder)
        made = Cluster(site)
        yield made
        made.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_lost_node_costs_nothing(cluster: Cluster) -> None:
    site = cluster.site
    site.corpus([f"Iran has {number} drones. NAP" for number in range(300)])
    options = ("--shard-size", "10", "--format", "parquet")
    whole = site.run("whole", *options)
    with site.start("lost", *options, *cluster.options) as process:
        wait_for(some_shards(site.folder / "lost", 3), process)
        wait_for(lambda: cluster.workers(1), process)
        cluster.kill_second_node()
        done = len(list((site.folder / "lost" / "articles").glob("part-*")))
    assert done < 30
    assert process.returncode == 0, (site.folder / "lost.err").read_text()
    assert content(site.folder / "lost") == whole
    cluster.add_second_node()


def test_killed_at_20_random_moments(cluster: Cluster) -> None:
    site = cluster.site
    site.corpus([f"Iran has {number} drones. NAP" for number in range(200)])
    whole = site.run("killed-whole", "--shard-size", "5")
    chance = random.Random(3)
    kills = 0
    while kills < 20:
        # Every second kill may meet a run that is still starting.
        written = some_shards(site.folder / "killed", chance.randint(1, 3) if kills % 2 else 0)
        with site.start("killed", "--shard-size", "5", *cluster.options) as process:
            wait_for(written, process)
            time.sleep(chance.uniform(0, 0.2 if kills % 2 else 3))
            process.kill()
        kills += process.returncode == -signal.SIGKILL
        if process.returncode == 0:
            assert content(site.folder / "killed") == whole
            (site.folder / "killed" / MANIFEST).unlink()
    assert site.run("killed", "--shard-size", "5", *cluster.options) == whole
    # Nothing of the runs that were killed goes on.
    wait_for(lambda: not cluster.workers(0) + cluster.workers(1))


def test_articles_that_hang_die_or_eat_memory_are_set_aside(cluster: Cluster) -> None:
    site = cluster.site
    texts = [f"Iran has {number} drones." for number in range(24)]
    texts[2], texts[9], texts[11], texts[17] = "DIE", "RAISE", "HANG", "EAT"
    site.corpus(texts)
    options = ("--shard-size", "6", "--time-limit", "3", "--memory-limit", "8")
    here = site.run("here", *options, code=1)
    assert site.run("there", *options, *cluster.options, code=1) == here
    reasons = b"".join(here[name] for name in sorted(here) if name.startswith("rejected"))
    for reason in (b"its process died", b"not done within 3 s", b"raised MemoryError", b"raised ZeroDivisionError"):
        assert reasons.count(reason) == 1


def test_a_connection_of_the_caller_is_used_and_kept(cluster: Cluster) -> None:
    site = cluster.site
    site.corpus([f"Iran has {number} drones." for number in range(12)])
    site.run("alone", "--shard-size", "5")
    script = """
import sys, ray
from entityrel.corpus.readers import read
from entityrel.corpus.shards import annotate_to_folder
ray.init(address=sys.argv[1], log_to_driver=False)
run = annotate_to_folder(read(["in.jsonl"]), "called", nlp="pipeline", shard_size=5, engine="ray")
assert (run.articles, run.shards, ray.is_initialized()) == (12, 3, True)
"""
    command = [sys.executable, "-c", script, cluster.address]
    subprocess.run(command, check=True, cwd=site.folder, env={**os.environ, "PYTHONPATH": site.pythonpath})
    assert content(site.folder / "called") == content(site.folder / "alone")


def test_a_cluster_that_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    shards = ray_engine.work_on_ray([Todo(0, "", ())], Settings(), maker(), address)
    with pytest.raises(PipelineError, match=f"nothing answers at {address}"):
        next(shards)


def test_a_pipeline_in_memory_is_refused() -> None:
    shards = ray_engine.work_on_ray([Todo(0, "", ())], Settings(nlp=stub_pipeline()), {})
    with pytest.raises(PipelineError, match="in memory"):
        next(shards)


def test_a_node_with_other_versions_is_refused() -> None:
    nlp = Named("sm")
    wanted = {**maker(nlp), "knowledge": "other"}
    job = ray_engine._Job(Settings(nlp), Source(nlp), tuple(wanted.items()))
    with pytest.raises(PipelineError, match=r"other versions are installed on .*: knowledge: .* instead of other"):
        ray_engine._processes(job)


def test_paths_do_not_depend_on_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert ray_engine._absolute("mine") == Named(str(tmp_path / "mine"))
    assert ray_engine._absolute(Named("sm", Path("names.csv"))) == Named("sm", tmp_path / "names.csv")
    assert ray_engine._absolute(None) == Named("sm")
