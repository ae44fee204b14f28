"""Web archives: the pages in them, and every damaged record by its place."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.readers import count, read

pytest.importorskip("warcio")

from entityrel.corpus.warc import Answer, Damage, answers

TEXT = "Iran sent tanks {0} to Russia on Monday, said the spokesman of the ministry in a long statement, café or not."
PAGE = "<html><head><title>Number {0}</title></head><body><article><p>" + TEXT + "</p></article></body></html>"


class Archive:
    """Writes an archive in memory (warcio's own writer leaves files open), and keeps where each record begins."""

    def __init__(self, packed: bool = True) -> None:
        self.content = b""
        self.starts: list[int] = []
        self._packed = packed

    def add(self, url: str, body: bytes, kind: str = "response", status: str = "200 OK", **headers: str) -> None:
        self.starts.append(len(self.content))
        fields = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        block = _header(f"HTTP/1.1 {status}", fields) + body
        record = {
            "WARC-Type": kind, "WARC-Record-ID": f"<urn:n:{len(self.starts)}>", "WARC-Date": "2024-05-06T10:00:00Z",
            "WARC-Target-URI": url, "Content-Type": "application/http", "Content-Length": str(len(block)),
        }  # fmt: skip
        raw = _header("WARC/1.0", record) + block + b"\r\n\r\n"
        self.content += gzip.compress(raw) if self._packed else raw

    def write(self, folder: Path, change: Callable[[bytes], bytes] = lambda raw: raw) -> Path:
        path = folder / "a.warc.gz"
        path.write_bytes(change(self.content))
        return path


def _header(first: str, fields: dict[str, str]) -> bytes:
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in fields.items()), "", ""]).encode()


def _read(path: Path) -> tuple[list[Any], list[Rejected]]:
    items = list(read([path]))
    good = [item.article for item in items if isinstance(item, Input)]
    return good, [item for item in items if isinstance(item, Rejected)]


@pytest.mark.parametrize("packed", [True, False])
def test_pages_have_address_date_and_text(tmp_path: Path, packed: bool) -> None:
    archive = Archive(packed)
    archive.add("https://e.org/a", PAGE.format(1).encode("latin-1"), Content_Type="text/html; charset=ISO-8859-1")
    archive.add("https://e.org/r", b"", status="301 Moved")
    archive.add("https://e.org/i", b"\x89PNG", Content_Type="image/png")
    archive.add("https://e.org/q", PAGE.format(2).encode(), kind="request")
    body = gzip.compress(PAGE.format(3).encode())
    archive.add("https://e.org/b", body, Content_Encoding="gzip", Content_Type="text/html")
    path = archive.write(tmp_path)
    (first, second), rejected = _read(path)
    assert rejected == []
    assert (first.id, first.url, first.date, first.text) == ("urn:n:1", "https://e.org/a", "2024-05-06", TEXT.format(1))
    assert first.title == "Number 1"
    assert first.meta["fetched"] == "2024-05-06T10:00:00Z"
    assert (second.id, second.text) == ("urn:n:5", TEXT.format(3))
    assert count([path]) is None


def test_the_date_of_the_page_wins_unless_it_is_later_than_the_visit(tmp_path: Path) -> None:
    archive = Archive()
    for day in ("2024-02-03", "2025-01-01"):
        meta = f'<meta property="article:published_time" content="{day}T00:00:00Z"><title>'
        archive.add("https://e.org/", PAGE.format(day[:4]).replace("<title>", meta).encode())
    assert [article.date for article in _read(archive.write(tmp_path))[0]] == ["2024-02-03", "2024-05-06"]


@pytest.mark.parametrize(("visit", "date"), [("2024-05", "2024-05"), ("6 May 2024", None)])
def test_a_visit_of_another_form_gives_no_wrong_day(tmp_path: Path, visit: str, date: str | None) -> None:
    archive = Archive(packed=False)
    archive.add("https://e.org/", PAGE.format(1).encode())
    path = archive.write(tmp_path, lambda raw: raw.replace(b"2024-05-06T10:00:00Z", visit.encode()))
    (article,), rejected = _read(path)
    assert (article.date, article.meta["fetched"], rejected) == (date, visit, [])


def test_what_is_no_article_is_named_by_record(tmp_path: Path) -> None:
    archive = Archive()
    archive.add("https://e.org/", b"<html></html>")
    archive.add("https://e.org/", b"no gzip", Content_Encoding="gzip")
    archive.add("https://e.org/", PAGE.format(1).encode())
    good, rejected = _read(archive.write(tmp_path))
    assert [article.id for article in good] == ["urn:n:3"]
    assert [(item.line, item.id) for item in rejected] == [(1, "urn:n:1"), (2, "urn:n:2")]


@pytest.mark.parametrize("packed", [True, False])
@given(data=st.data())
def test_damage_costs_one_record(tmp_path_factory: pytest.TempPathFactory, packed: bool, data: st.DataObject) -> None:
    archive = Archive(packed)
    for number in range(5):
        archive.add(f"https://e.org/{number}", f"<p>{number}</p>".encode())
    hit = data.draw(st.integers(0, 3))
    begin, end = archive.starts[hit : hit + 2]
    place = data.draw(st.integers(begin, end - 12))

    def change(raw: bytes) -> bytes:
        return raw[:place] + b"\x00" * 8 + raw[place + 8 :]

    found = list(answers(archive.write(tmp_path_factory.mktemp("warc"), change), 1000))
    others = [item.id for item in found if isinstance(item, Answer) and item.raw.startswith(b"<p>")]
    assert {f"urn:n:{number + 1}" for number in range(5) if number != hit} <= set(others)
    assert all(item.reason for item in found if isinstance(item, Damage))
    if packed and place >= begin + 10:  # the bytes before say nothing that could be wrong
        assert len(found) == 5


def _cut(stop: int, raw: bytes) -> bytes:
    return raw[:stop]


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_was_cut_off_says_so(tmp_path: Path, packed: bool) -> None:
    archive = Archive(packed)
    for number in range(3):
        archive.add(f"https://e.org/{number}", f"<p>{number}</p>".encode())
    size = len(archive.content)
    for stop in range(archive.starts[2] + 1, size - 8, 7):
        found = list(answers(archive.write(tmp_path, partial(_cut, stop)), 1000))
        assert [item.number for item in found] == [1, 2, 3], stop
        assert isinstance(found[2], Damage), stop


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"\x1f\x8b\x08 no gzip", b"WARC/1.0\r\n\r\n", b"\n" * 50])
def test_what_is_no_archive(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(raw)
    good, rejected = _read(path)
    assert good == []
    assert len(rejected) == (1 if raw else 0)


def test_a_page_that_is_too_long_is_not_read_to_its_end(tmp_path: Path) -> None:
    archive = Archive()
    archive.add("https://e.org/", b"x" * 5_000_000)
    archive.add("https://e.org/", b"<p>")
    first, second = answers(archive.write(tmp_path), 100)
    assert isinstance(first, Answer)
    assert (len(first.raw), second.number) == (101, 2)
