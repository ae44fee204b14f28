"""Parquet datasets: records come back, and other tools read the tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entityrel.corpus.readers import read_annotated
from entityrel.errors import RecordError
from entityrel.schema import AnnotatedArticle
from strategies import annotated_articles

pytest.importorskip("pyarrow")
duckdb = pytest.importorskip("duckdb")

from entityrel.corpus import parquet  # noqa: E402
from entityrel.corpus.query import VIEWS, query  # noqa: E402

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    articles = list(read_annotated(GOLDEN / "evaluate_gold.jsonl"))
    parquet.write_tables(folder, "part-000000.parquet", articles[:2])
    parquet.write_tables(folder, "part-000001.parquet", articles[2:])
    return folder


@given(st.lists(annotated_articles(), max_size=3, unique_by=lambda article: article.id))
def test_records_come_back(tmp_path_factory: pytest.TempPathFactory, articles: list[AnnotatedArticle]) -> None:
    folder = tmp_path_factory.mktemp("dataset")
    articles = [article.model_copy(update={"meta": {"outlet": "Wire", "n": [1, None]}}) for article in articles]
    names = parquet.write_tables(folder, "part.parquet", articles)
    assert names == ["articles/part.parquet", "mentions/part.parquet", "relations/part.parquet"]
    assert list(parquet.read_tables(folder)) == articles


def test_provenance_comes_back(tmp_path: Path) -> None:
    from entityrel.corpus.annotate import annotate  # noqa: PLC0415
    from stub_pipeline import stub_pipeline  # noqa: PLC0415

    article = annotate("Iran sent drones to Russia.", nlp=stub_pipeline())
    assert article.relations[0].provenance
    parquet.write_tables(tmp_path, "part.parquet", [article])
    assert list(read_annotated(tmp_path)) == [article]


def test_a_lone_surrogate_in_an_id_is_replaced_everywhere(tmp_path: Path) -> None:
    mention: Any = {"start": 0, "end": 4, "text": "Iran", "label": "COUNTRY", "id": "IRN"}
    parquet.write_tables(tmp_path, "part.parquet", [AnnotatedArticle(id="a\ud800", text="Iran", entities=(mention,))])
    (article,) = parquet.read_tables(tmp_path)
    assert (article.id, len(article.entities)) == ("a?", 1)


def test_tables_of_another_version_are_refused(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "VERSION", 2)
    with pytest.raises(RecordError, match="tables of version 1, but this is version 2"):
        list(parquet.read_tables(dataset))


def test_the_tables_have_what_the_records_have(dataset: Path) -> None:
    articles = list(read_annotated(GOLDEN / "evaluate_gold.jsonl"))
    for table, number in [
        ("articles", len(articles)),
        ("mentions", sum(len(article.entities) for article in articles)),
        ("relations", sum(len(article.relations) for article in articles)),
        ("statements", sum(len(article.relations) for article in articles)),
        ("facts", sum(relation.is_fact for article in articles for relation in article.relations)),
    ]:
        assert query(f"SELECT count(*) FROM {table}", dataset)[1] == [(number,)], table


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_rows(dataset: Path, view: str) -> None:
    columns, rows = query(f"SELECT * FROM {view}", dataset)
    assert rows
    assert len(columns) == len(set(columns))


def test_views_name_the_parties(dataset: Path) -> None:
    _, rows = query("SELECT supplier, item, receiver FROM transfers WHERE receiver IS NOT NULL", dataset)
    stated = {
        (str(relation.subject), str(relation.object), str(relation.recipient))
        for article in read_annotated(GOLDEN / "evaluate_gold.jsonl")
        for relation in article.relations
        if relation.predicate == "transfers" and relation.recipient
    }
    assert set(rows) == stated


def test_a_damaged_file_is_named(dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(dataset, folder)
    cut = folder / "relations" / "part-000001.parquet"
    cut.write_bytes(cut.read_bytes()[:100])
    with pytest.raises(RecordError, match=r"part-000001\.parquet: cannot be read"):
        list(parquet.read_tables(folder))
    for path in (folder / "relations").iterdir():
        path.write_bytes(b"PAR1")
    with pytest.raises(RecordError, match="relations cannot be read"):
        query("SELECT count(*) FROM relations", folder)


def test_a_query_of_nothing_has_no_rows(dataset: Path) -> None:
    assert query(" -- nothing", dataset) == ([], [])


def test_wrong_sql_and_other_folders_are_errors(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="the query failed"):
        query("SELECT nothing FROM nowhere", dataset)
    with pytest.raises(RecordError, match="no Parquet dataset"):
        query("SELECT 1", tmp_path)


def _by_pyarrow(folder: Path, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pytest.importorskip("pyarrow.dataset").dataset(folder / table).to_table().to_pylist()
    return rows


def _by_duckdb(folder: Path, table: str) -> list[dict[str, Any]]:
    columns, rows = query(f"SELECT * FROM {table}", folder)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _by_pandas(folder: Path, table: str) -> list[dict[str, Any]]:
    frame = pytest.importorskip("pandas").read_parquet(folder / table, dtype_backend="pyarrow")
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


def _by_polars(folder: Path, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pytest.importorskip("polars").read_parquet(folder / table / "*.parquet").to_dicts()
    return rows


@pytest.mark.parametrize("table", parquet.SCHEMAS)
@pytest.mark.parametrize("read", [_by_pyarrow, _by_duckdb, _by_pandas, _by_polars])
def test_every_library_reads_the_same_rows(
    dataset: Path, table: str, read: Callable[[Path, str], list[dict[str, Any]]]
) -> None:
    articles = list(read_annotated(GOLDEN / "evaluate_gold.jsonl"))
    rows = read(dataset, table)
    assert list(rows[0]) == parquet.SCHEMAS[table].names
    key = "id" if table == "articles" else "article"
    found = sorted(
        (row[key], row.get("start") or 0, row.get("subject_start") or 0, row.get("predicate")) for row in rows
    )
    expected: dict[str, list[tuple[Any, ...]]] = {
        "articles": [(article.id, 0, 0, None) for article in articles],
        "mentions": [(article.id, mention.start, 0, None) for article in articles for mention in article.entities],
        "relations": [
            (article.id, 0, item.subject.start, item.predicate) for article in articles for item in article.relations
        ],
    }
    assert found == sorted(expected[table])


def test_dates_texts_and_missing_values_are_what_the_records_have(dataset: Path) -> None:
    articles = {article.id: article for article in read_annotated(GOLDEN / "evaluate_gold.jsonl")}
    for read in (_by_pyarrow, _by_duckdb, _by_pandas, _by_polars):
        for row in read(dataset, "articles"):
            article = articles[row["id"]]
            assert (row["text"], row["date"], row["title"]) == (article.text, article.date, article.title), (
                read.__name__
            )
