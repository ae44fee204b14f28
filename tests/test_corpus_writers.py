"""Writing: a file is complete or not there, and the same records give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entityrel.corpus.readers import read_annotated
from entityrel.corpus.writers import write_jsonl
from entityrel.schema import AnnotatedArticle
from strategies import annotated_articles


@given(st.lists(annotated_articles(), max_size=4), st.sampled_from(["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"]))
def test_records_come_back_in_order(
    tmp_path_factory: pytest.TempPathFactory, articles: list[AnnotatedArticle], name: str
) -> None:
    path = tmp_path_factory.mktemp("out") / "new" / name
    assert write_jsonl(path, articles) == len(articles)
    assert list(read_annotated(path)) == articles
    before = path.read_bytes()
    write_jsonl(path, articles)
    assert path.read_bytes() == before


def test_a_failure_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("earlier")

    def articles() -> Iterator[AnnotatedArticle]:
        yield AnnotatedArticle(text="One.")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_jsonl(path, articles())
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]
