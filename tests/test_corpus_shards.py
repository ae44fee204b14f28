"""Runs into a folder: kept when up to date, done again when not, and the same bytes whatever happened between."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from entityrel.corpus import shards
from entityrel.corpus.items import Rejected
from entityrel.corpus.maker import maker
from entityrel.corpus.readers import read, read_annotated
from entityrel.corpus.shards import MANIFEST, annotate_to_folder, plan
from entityrel.errors import PipelineError, RecordError
from stub_pipeline import stub_pipeline

NLP = stub_pipeline()


def _corpus(folder: Path, numbers: range, name: str = "in.jsonl", word: str = "drones") -> Path:
    folder.mkdir(exist_ok=True)
    rows = [{"id": f"{name}{number}", "text": f"Iran has {number} {word}."} for number in numbers]
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def _run(corpus: Path, output: Path, **options: Any) -> tuple[shards.Run, int]:
    """Run, and count what is done in this run."""
    done = 0

    def count(articles: int, rejected: Sequence[Rejected]) -> None:
        nonlocal done
        done += articles + len(rejected)

    options = {"nlp": NLP, "shard_size": 10, "batch_size": 4, "on_progress": count, **options}
    return annotate_to_folder(read([corpus]), output, **options), done


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_writes_shards_a_manifest_and_what_was_set_aside(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(25))
    with (corpus / "in.jsonl").open("a") as handle:
        handle.write('broken\n{"id": "r", "text": "RAISE"}\n')
    run, done = _run(corpus, tmp_path / "out")
    assert (run.articles, run.relations, run.rejected, run.shards, run.shards_kept) == (25, 25, 2, 3, 0)
    assert done == 27
    assert [article.id for article in read_annotated(tmp_path / "out")] == [f"in.jsonl{number}" for number in range(25)]
    rejected = [json.loads(line) for line in (tmp_path / "out" / "rejected-000002.jsonl").read_text().splitlines()]
    assert [(row["line"], row["id"]) for row in rejected] == [(26, None), (27, "r")]
    assert set(_bytes(tmp_path / "out")) == {
        MANIFEST, "part-000000.jsonl", "part-000001.jsonl", "part-000002.jsonl", "rejected-000002.jsonl",
    }  # fmt: skip


def test_a_second_run_keeps_everything(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(25))
    _run(corpus, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    kept: list[shards.Shard] = []
    run, done = _run(corpus, tmp_path / "out", on_kept=kept.append)
    assert (run.articles, run.kept, run.shards_kept, done) == (25, 25, 3, 0)
    assert [shard.number for shard in kept] == [0, 1, 2]
    assert _bytes(tmp_path / "out") == before


def test_a_change_costs_its_own_shard(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(20), "a.jsonl")
    _corpus(tmp_path / "in", range(5), "b.jsonl")
    _run(corpus, tmp_path / "out")
    _corpus(tmp_path / "in", range(15), "a.jsonl")
    run, done = _run(corpus, tmp_path / "out")
    # a.jsonl lost its last five articles: its second shard changes, and b.jsonl, a shard of its own, does not.
    assert (run.shards_kept, done) == (2, 5)
    _corpus(tmp_path / "in", range(15), "a.jsonl", word="tanks")
    assert _run(corpus, tmp_path / "out")[1] == 15
    (corpus / "b.jsonl").unlink()
    _run(corpus, tmp_path / "out")
    assert len(list((tmp_path / "out").glob("part-*"))) == 2
    fresh, _ = _run(corpus, tmp_path / "fresh")
    assert fresh.articles == 15
    assert _bytes(tmp_path / "out") == _bytes(tmp_path / "fresh")


def test_another_version_of_anything_does_everything_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = _corpus(tmp_path / "in", range(12))
    _run(corpus, tmp_path / "out")
    made_by = maker(NLP)
    assert set(made_by) == {"entityrel", "knowledge", "pipeline", "spacy"}
    monkeypatch.setattr(shards, "maker", lambda _: {**made_by, "knowledge": "other"})
    run, done = _run(corpus, tmp_path / "out")
    assert (run.shards_kept, done) == (0, 12)


def test_a_damaged_file_is_written_again(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(25))
    _run(corpus, tmp_path / "out")
    before = _bytes(tmp_path / "out")
    (tmp_path / "out" / "part-000001.jsonl").write_text("damaged")
    (tmp_path / "out" / "part-000002.jsonl").unlink()
    run, _ = _run(corpus, tmp_path / "out")
    assert run.shards_kept == 1
    assert _bytes(tmp_path / "out") == before


def test_without_resume_everything_is_done_again(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(12))
    _run(corpus, tmp_path / "out")
    assert _run(corpus, tmp_path / "out", resume=False)[1] == 12


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(25))
    assert plan(read([corpus]), tmp_path / "out", nlp=NLP, shard_size=10).shards == 3
    assert not (tmp_path / "out").exists()
    _run(corpus, tmp_path / "out")
    _corpus(tmp_path / "in", range(26))
    run = plan(read([corpus]), tmp_path / "out", nlp=NLP, shard_size=10)
    assert (run.shards, run.shards_kept, run.articles, run.kept) == (3, 2, 26, 20)


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(RecordError, match=r"manifest\.json is no manifest"):
        _run(_corpus(tmp_path / "in", range(2)), tmp_path)


def test_only_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    output = tmp_path / "out"
    others = [output / ".notes.tmp", output / "sub" / ".part-000000.tmp", output / ".graph.html.x1.tmp"]
    left = [output / ".part-000000.jsonl.17.tmp", output / "articles" / ".part-000001.parquet.17.tmp"]
    left += [output / ".manifest.json.17.tmp", output / ".rejected-000000.jsonl.17.tmp", output / ".report.json.17.tmp"]
    for path in (*others[:2], *left):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    others[2].mkdir()
    _run(_corpus(tmp_path / "in", range(2)), output)
    assert [path.exists() for path in others] == [True] * len(others)
    assert [path.exists() for path in left] == [False] * len(left)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")
def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "in", range(3))

    def second(_articles: int, _rejected: Sequence[Rejected]) -> None:
        with pytest.raises(RecordError, match="another run is writing"):
            _run(corpus, tmp_path / "out")

    assert _run(corpus, tmp_path / "out", on_progress=second)[0].articles == 3
    assert _run(corpus, tmp_path / "out")[0].kept == 3


def test_the_ray_engine_without_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "entityrel.corpus.ray_engine", raising=False)
    with pytest.raises(PipelineError, match=r"pip install 'entityrel\[ray\]'"):
        _run(_corpus(tmp_path / "in", range(3)), tmp_path / "out", engine="ray")
    assert not (tmp_path / "out").exists()


def test_processes_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from entityrel.corpus import pool  # noqa: PLC0415
    from stub_pipeline import StubSource  # noqa: PLC0415

    monkeypatch.setattr(pool, "_source", lambda _: nullcontext(StubSource()))
    corpus = _corpus(tmp_path / "in", range(45))
    _run(corpus, tmp_path / "one")
    _run(corpus, tmp_path / "two", workers=2)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "two")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_killed_at_any_moment_and_run_again_the_bytes_are_the_same(tmp_path: Path, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    corpus = _corpus(tmp_path / "in", range(200))

    def slowly(_articles: int, _rejected: Sequence[Rejected]) -> None:
        time.sleep(0.004)

    def run(output: Path) -> None:
        _run(corpus, output, form=form, on_progress=slowly)

    run(tmp_path / "whole")
    whole = _bytes(tmp_path / "whole")
    chance = random.Random(7)
    kills = finished = 0
    while kills < 20 and finished < 40:
        child = os.fork()
        if child == 0:
            # The child must not come back into pytest, whatever happens.
            try:
                run(tmp_path / "out")
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0, 0.25))
        os.kill(child, signal.SIGKILL)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        kills += killed
        finished += not killed
        # Begin anew when everything is done, so that each kill meets a run that has something to do.
        if not killed:
            assert _bytes(tmp_path / "out") == whole
            (tmp_path / "out" / MANIFEST).unlink()
    run(tmp_path / "out")
    assert _bytes(tmp_path / "out") == whole
    assert kills >= 20
