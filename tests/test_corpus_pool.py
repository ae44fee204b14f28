"""Several processes: same results, same order; a process that dies or hangs costs one article."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import spacy

from entityrel.corpus import pool
from entityrel.corpus.annotate import Batch, Limits
from entityrel.corpus.items import Rejected
from entityrel.schema import AnnotatedArticle, Article
from stub_pipeline import StubSource


def _run(monkeypatch: pytest.MonkeyPatch, texts: list[str], source: Any = None, **options: Any) -> list[Any]:
    monkeypatch.setattr(pool, "_source", lambda _: nullcontext(source or StubSource()))
    items: list[Article | Rejected] = [Article(id=str(number), text=text) for number, text in enumerate(texts)]
    batches = [items[start : start + 4] for start in range(0, len(items), 4)]
    results = pool.annotate_in_processes(batches, None, 2, Limits(**options))
    return [result for batch in results for result in batch]


def test_order_is_kept_and_the_culprits_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"Iran {number} drones" for number in range(24)]
    texts[5], texts[10], texts[17], texts[22] = "DIE", "RAISE", "HANG", "EAT"
    results = _run(monkeypatch, texts, seconds=3, memory=8 << 30)
    assert [result.id for result in results] == [str(number) for number in range(24)]
    reasons = {result.id: result.reason for result in results if isinstance(result, Rejected)}
    assert reasons == {
        "5": "its process died, exit code 9",
        "10": "the pipeline raised ZeroDivisionError: planted",
        "17": "not done within 3 s",
        "22": "the pipeline raised MemoryError: ",
    }
    assert all(result.relations for result in results if isinstance(result, AnnotatedArticle))


def test_a_pool_that_breaks_in_mid_run_is_replaced() -> None:
    texts = [f"Iran {number} drones" for number in range(12)]

    def batches() -> Iterator[Batch]:
        for number, text in enumerate(texts):
            if number == 6:
                # As pebble does when a process is killed while it holds a lock of the pool.
                processes._pool._pool_manager.handle_broken_pool(BrokenProcessPool("planted"))
            yield [Article(id=str(number), text=text)]

    with pool.Processes(StubSource(), 1, Limits()) as processes:  # type: ignore[arg-type]
        results = [result for batch in processes.results(batches()) for result in batch]
    assert [result.text for result in results if isinstance(result, AnnotatedArticle)] == texts


def test_a_pipeline_that_cannot_be_loaded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="no such pipeline"):
        _run(monkeypatch, ["Iran"], StubSource(broken=True))


def test_a_script_without_the_guard_is_told_so(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from entityrel import annotate_many\nlist(annotate_many(['Iran'], workers=2))\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "PipelineError: the worker processes could not be started" in done.stderr
    assert '__name__ == "__main__"' in done.stderr


def test_a_pipeline_in_memory_reaches_the_processes() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Tabriz"}])  # type: ignore[attr-defined]
    nlp.max_length = 1234
    with pool._source(nlp) as source:
        there = pickle.loads(pickle.dumps(source)).load()
        assert source.copy
    assert not source.copy.exists()
    assert there.max_length == 1234
    assert [ent.label_ for ent in there("Not far from Tabriz.").ents] == ["LOC"]


def test_a_name_is_loaded_by_each_process() -> None:
    for name in ("sm", None):
        with pool._source(name) as source:
            assert (source.name, source.copy) == (name, None)
