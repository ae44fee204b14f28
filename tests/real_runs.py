"""The real command line in a process of its own, with the stub pipeline installed, for tests that kill it.

Nothing is patched: the pipeline is a folder on disk, and its component is found by an entry point, in every process
whose ``PYTHONPATH`` says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stub_pipeline import stub_pipeline

__all__ = ["Site", "content", "descendants", "some_shards", "wait_for"]

#: Seconds after which something that should have long happened never will.
_PATIENCE = 600


class Site:
    """A folder with an installed stub pipeline and a corpus, where the command line is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        installed = folder / "site"
        info = installed / "stub_pipeline-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stub-pipeline\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[spacy_factories]\nstub_relations = stub_pipeline:stub_relations\n")
        stub_pipeline(name="entityrel_merger").to_disk(folder / "pipeline")
        paths = [str(installed), str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        self.pythonpath = os.pathsep.join(paths)

    def corpus(self, texts: list[str]) -> Path:
        """Write articles to a file."""
        path = self.folder / "in.jsonl"
        rows = (json.dumps({"id": f"a{number}", "text": text}) for number, text in enumerate(texts))
        path.write_text("".join(f"{row}\n" for row in rows))
        return path

    @contextmanager
    def start(self, output: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """Annotate the corpus into a folder; waits for the end, and ends the run where the test fails."""
        command = ("annotate", "in.jsonl", "-o", output, "-p", "pipeline", "--any-language", *options)
        with (
            (self.folder / f"{output}.err").open("wb") as messages,
            subprocess.Popen(
                [sys.executable, "-m", "entityrel.cli", *command],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": self.pythonpath},
                stdout=subprocess.DEVNULL,
                stderr=messages,
                start_new_session=True,
            ) as process,
        ):
            try:
                yield process
                process.wait(_PATIENCE)
            except BaseException:  # else a failing test would wait for its run for ever
                process.kill()
                raise

    def run(self, output: str, *options: str, code: int = 0) -> dict[str, bytes]:
        """Annotate the corpus to the end; what is then in the folder."""
        with self.start(output, *options) as process:
            assert process.wait(_PATIENCE) == code, (self.folder / f"{output}.err").read_text()
        return content(self.folder / output)


def content(folder: Path) -> dict[str, bytes]:
    """The files below a folder, but for the report, which has times in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "report.json"
    }


def wait_for(happened: Callable[[], object], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until something happens, or the process ends; fails after minutes, when it should have long happened."""
    until = time.monotonic() + _PATIENCE
    while not happened() and (process is None or process.poll() is None):
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.05)


def some_shards(folder: Path, number: int) -> Callable[[], bool]:
    """Whether so many shards were written since this was called."""
    since = time.time_ns()

    def written() -> bool:
        return sum(path.stat().st_mtime_ns > since for path in folder.rglob("part-*")) >= number

    return written


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs (Linux only)."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found
