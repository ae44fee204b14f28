"""Articles in CSV and Parquet files, and other names for fields."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import pytest

from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.readers import read
from entityrel.corpus.tables import parquet_rows
from entityrel.errors import EntityrelError


def test_rows_of_csv_are_articles(tmp_path: Path) -> None:
    text = 'Iran, he said, sent "drones".\n\nA second paragraph.' + " More." * 50_000
    with (tmp_path / "a.csv").open("w", newline="", encoding="utf-8-sig") as handle:
        csv.writer(handle).writerows(
            [["id", "date", "text", "outlet"], ["1", "", text, "Wire"], ["2", "2024", "x", ""]]
        )
    first, second = (item.article for item in read([tmp_path / "a.csv"]) if isinstance(item, Input))
    assert (first.id, first.date, first.text, first.meta) == ("1", None, text, {"outlet": "Wire"})
    assert (second.id, second.date, second.meta) == ("2", "2024", {})


def test_broken_rows_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("id\ttext\n1\tOne.\n2\tTwo.\tmore\n3\n4\tFour.\n")
    good, many, short, last = read([tmp_path / "a.tsv"])
    assert isinstance(good, Input)
    assert isinstance(last, Input)
    assert isinstance(many, Rejected)
    assert (many.line, many.reason) == (3, "more fields than the header, which has 2")
    assert isinstance(short, Rejected)
    assert (short.line, short.id) == (4, "3")
    assert "text: Field required" in short.reason


@pytest.mark.parametrize("raw", [b"id,text\n1,\xff\n", b"id,text\n1,a\rb\n", b"\x00", b""])
def test_damaged_files_do_not_raise(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(raw)
    assert all(isinstance(item, Input | Rejected) for item in read([tmp_path / "a.csv"]))


def test_fields_have_other_names(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"body": "One.", "published": "2024-01-02", "n": 1}\n{"text": "Two."}\n[]\n')
    fields = {"text": "body", "date": "published"}
    first, second, bad = read([tmp_path / "a.jsonl"], fields=fields)
    assert isinstance(first, Input)
    assert (first.article.text, first.article.date, first.article.meta) == ("One.", "2024-01-02", {"n": 1})
    assert isinstance(second, Input)
    assert isinstance(bad, Rejected)


def test_rows_of_parquet_are_articles(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    rows = [{"id": "1", "text": "One.", "date": dt.date(2024, 1, 2), "n": 3}, {"id": "2", "text": None, "n": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    first, second = read([tmp_path / "a.parquet"])
    assert isinstance(first, Input)
    assert (first.article.id, first.article.date, first.article.meta) == ("1", "2024-01-02", {"n": 3})
    assert isinstance(second, Rejected)
    assert (second.line, second.id) == (2, "2")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 damaged")
    (damaged,) = read([tmp_path / "b.parquet"])
    assert isinstance(damaged, Rejected)


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(EntityrelError, match=r"news\.parquet.*pip install 'entityrel\[parquet\]'"):
        list(parquet_rows(tmp_path / "news.parquet"))
