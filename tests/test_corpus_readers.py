"""Reading: every good record comes through, every bad one is named with its place."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entityrel.corpus import html, readers
from entityrel.corpus.compression import COMPRESSED
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.readers import count, files, read, read_annotated
from entityrel.errors import RecordError

PAGE = """<!doctype html><html lang="en"><head><title>Tanks arrive | The Wire</title>
<meta property="og:title" content="Tanks arrive"><meta property="og:site_name" content="The Wire">
<meta property="article:published_time" content="2024-05-06T10:00:00Z">
<link rel="canonical" href="https://example.org/tanks"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/subscribe">Subscribe now</a></li></ul></nav>
<article><h1>Tanks arrive</h1>
<p>Iran&nbsp;sent tanks &amp; drones to Russia on Monday, said the spokesman of the ministry in a long statement.</p>
<p>Moscow denied that it had received any of the vehicles, which were seen in the port a day later.</p></article>
<footer>Copyright The Wire</footer></body></html>"""


def _jsonl(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines))
    return path


def _articles(*paths: Any, **options: Any) -> list[Any]:
    return [item.article for item in read(paths, **options) if isinstance(item, Input)]


def test_json_lines_with_fields_and_places(tmp_path: Path) -> None:
    path = _jsonl(
        tmp_path / "a.jsonl", '{"id": 1, "text": "One.", "outlet": "Wire"}', "", '{"text": "Two."}', '"Three."'
    )
    found = list(read([path]))
    assert all(isinstance(item, Input) for item in found)
    first, second, third = (item for item in found if isinstance(item, Input))
    assert (first.article.id, first.article.text, first.article.meta) == ("1", "One.", {"outlet": "Wire"})
    assert (second.file, second.line, second.article.text) == (str(path), 3, "Two.")
    assert third.article.text == "Three."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", "not a record of JSON Lines"),
        (b'{"text": "\xff"}', "not UTF-8: byte 0xff at offset 10"),
        ("[1, 2]", "not list"),
        ("7", "not int"),
        ("null", "not NoneType"),
        ('{"id": "a"}', "text: Field required"),
        ('{"id": "a", "text": null}', "text: "),
        ('{"id": "a", "text": ["x"]}', "text: "),
        ('{"id": ["a"], "text": "x"}', "id: "),
        ('{"id": "a", "date": 2024, "text": "x"}', "date: "),
        ("[" * 100_000, "nested more than 100 levels"),
        ('{"text": "x", "a": ' + "[" * 120 + "]" * 120 + "}", "nested more than 100 levels"),
        ('{"n": ' + "9" * 5000 + ', "text": "x"}', "ValueError"),
    ],
)
def test_a_broken_line_is_named_and_the_rest_goes_on(tmp_path: Path, line: str | bytes, reason: str) -> None:
    path = _jsonl(tmp_path / "a.jsonl", '{"text": "One."}', line, '{"text": "Two."}')
    first, bad, last = read([path])
    assert isinstance(first, Input)
    assert isinstance(last, Input)
    assert isinstance(bad, Rejected)
    assert (bad.file, bad.line) == (str(path), 2)
    assert reason in bad.reason


def test_a_second_record_with_an_id_is_set_aside(tmp_path: Path) -> None:
    path = _jsonl(tmp_path / "a.jsonl", '{"id": "a", "text": "One."}', '{"id": "a", "text": "Two."}')
    assert [str(item) for item in read([path]) if isinstance(item, Rejected)] == [
        f"{path}:2: article 'a': an article with this id was read before"
    ]


def _packed(content: bytes, ending: str) -> bytes:
    if ending == ".gz":
        return gzip.compress(content)
    return bytes(
        pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd").compress(content)
    )


@pytest.mark.parametrize("ending", COMPRESSED)
def test_compressed_files_and_damaged_ones(tmp_path: Path, ending: str) -> None:
    lines = "".join(json.dumps({"id": str(number), "text": f"{number} " * 50}) + "\n" for number in range(9000))
    packed = _packed(lines.encode(), ending)
    good, bad = tmp_path / f"good.jsonl{ending}", tmp_path / f"bad.jsonl{ending}"
    good.write_bytes(packed)
    bad.write_bytes(packed[:-300])
    assert len(_articles(good)) == 9000
    assert count([good]) is None
    *before, last = read([bad])
    assert len(before) > 4000
    assert isinstance(last, Rejected)
    assert last.line == len(before) + 1
    assert "cannot be read on" in last.reason
    wrong = tmp_path / f"no.jsonl{ending}"
    wrong.write_bytes(b"not packed at all")
    assert next(str(item) for item in read([wrong])).startswith(f"{wrong}:1: cannot be read on")


def test_several_frames_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.zst"
    path.write_bytes(_packed(b'{"text": "One."}\n{"te', ".zst") + _packed(b'xt": "Two."}\n', ".zst"))
    assert [article.text for article in _articles(path)] == ["One.", "Two."]


def test_a_line_that_is_too_long_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_MAX_BYTES", 100)
    path = _jsonl(tmp_path / "a.jsonl", '{"text": "One."}', '{"text": "' + "x" * 1000 + '"}', '{"text": "Three."}')
    (tmp_path / "b.txt").write_bytes(b"x" * 101)
    one, long, three, file = read([path, tmp_path / "b.txt"])
    assert isinstance(one, Input)
    assert isinstance(three, Input)
    assert three.line == 3
    assert str(long).startswith(f"{path}:2: longer than")
    assert "longer than" in str(file)


def test_text_files_keep_every_character(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffOne\r\ntwo\n".encode())
    assert _articles(tmp_path / "a.txt")[0].text == "One\r\ntwo\n"
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")
    (rejected,) = read([tmp_path / "b.txt"])
    assert "not UTF-8: byte 0xe9 at offset 3" in str(rejected)


def test_a_page_gives_title_date_text_and_the_hash_of_the_raw_input(tmp_path: Path) -> None:
    raw = PAGE.encode()
    (tmp_path / "a.html").write_bytes(raw)
    (article,) = _articles(tmp_path / "a.html")
    assert (article.title, article.date, article.url) == ("Tanks arrive", "2024-05-06", "https://example.org/tanks")
    assert "tanks & drones to Russia" in article.text
    assert "Subscribe" not in article.text
    assert article.meta["raw_sha256"] == hashlib.sha256(raw).hexdigest()
    assert article.meta["outlet"] == "The Wire"


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"<html></html>", b"<div>" * 50_000, b"<div>" * 5_000_000])
def test_a_page_without_an_article_is_set_aside(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.html").write_bytes(raw)
    (rejected,) = read([tmp_path / "a.html"])
    assert isinstance(rejected, Rejected)


TABLE = f"<article><p>{'Iran sent drones to Russia. ' * 9}</p><table><tr>{'<td>a</td>' * 70_000}</tr></table></article>"
ATTRIBUTES = f"<article {' '.join(f'a{number}=1' for number in range(70_000))}><p>Iran sent drones.</p></article>"


@pytest.mark.parametrize("page", [TABLE, ATTRIBUTES], ids=["table", "attributes"])
def test_a_page_that_takes_minutes_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setattr(html, "_SECONDS", 0.5)
    (tmp_path / "a.html").write_text(page)
    (rejected,) = read([tmp_path / "a.html"])
    assert "the page was not parsed within 0.5 s" in str(rejected)


def test_an_unusual_page_is_parsed_in_its_own_process(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE.replace("<nav>", f'<nav data-x="{"x" * 110_000}">'))
    (article,) = _articles(tmp_path / "a.html")
    assert (article.title, article.meta["outlet"]) == ("Tanks arrive", "The Wire")
    with pytest.raises(RecordError, match="no article text"):
        html.extract(b"<br " + b"x" * 110_000 + b">")
    with pytest.raises(RecordError, match="larger than"):
        html.extract(b" " * (html.MAX_BYTES + 1))


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    for name in ("b.txt", "sub/c.txt", "a.txt", ".hidden/d.txt", "sub/.e.txt", "f.css"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    _jsonl(folder / "out.jsonl", '{"text": "An earlier output."}')
    found = _articles(folder, skip=[folder / "out.jsonl"])
    assert [article.text for article in found] == ["a.txt", "b.txt", "sub/c.txt"]
    assert found[2].id == (folder / "sub/c.txt").as_posix()
    assert len(files(folder)) == 4


def test_other_kinds_of_files_and_missing_ones_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    reasons = [str(item) for item in read([tmp_path / "a.pdf", tmp_path / "no.txt", tmp_path / "no.jsonl"])]
    assert "unknown kind of file" in reasons[0]
    assert "No such file" in reasons[1]
    assert "No such file" in reasons[2]


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b'{"text": "One."}\n{"text": "Two."}\n', ["One.", "Two."]),
        (b'\n\n{"text": "One."}', ["One."]),
        (b"Plain text.\nSecond line {.\n", ["Plain text.\nSecond line {.\n"]),
        (b"", [""]),
        (b"\n \n", ["\n \n"]),
    ],
)
def test_standard_input_is_json_lines_or_a_text(raw: bytes, texts: list[str]) -> None:
    assert [article.text for article in _articles("-", stdin=io.BytesIO(raw))] == texts


def test_lines_of_standard_input_are_numbered() -> None:
    (_, rejected) = read(["-"], stdin=io.BytesIO(b'\n{"text": "One."}\n{'))
    assert str(rejected).startswith("<stdin>:3: ")


def test_counts_what_there_is_to_read(tmp_path: Path) -> None:
    _jsonl(tmp_path / "a.jsonl", '{"text": "One."}', "", '{"text": "Two."}')
    (tmp_path / "b.txt").write_text("x")
    assert count([tmp_path]) == 3
    assert count(["-"]) is None


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("raw")
    for name in ("a.jsonl", "a.jsonl.gz", "a.txt"):
        (folder / name).write_bytes(raw)
    assert all(isinstance(item, Input | Rejected) for item in read([folder]))
    list(read(["-"], stdin=io.BytesIO(raw)))


def test_annotated_records_name_the_broken_line(tmp_path: Path) -> None:
    path = _jsonl(tmp_path / "a.jsonl", '{"id": "a", "text": "One."}', "{}")
    with pytest.raises(RecordError, match=r"a\.jsonl:2: text: Field required"):
        list(read_annotated(path))
    with pytest.raises(RecordError, match=r"no\.jsonl"):
        list(read_annotated(tmp_path / "no.jsonl"))


def test_standard_input_has_the_limits_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_MAX_BYTES", 40)
    long = b'{"text": "' + b"x" * 40 + b'"}\n'
    for head in (b"", b'\n{"text": "One."}\n'):
        items = list(read(["-"], stdin=io.BytesIO(head + long + b'{"text": "Two."}\n')))
        assert [item.reason for item in items if isinstance(item, Rejected)] == [readers._TOO_LONG]
        assert [item.article.text for item in items if isinstance(item, Input)] == ["One.", "Two."][not head :]
    (rejected,) = read(["-"], stdin=io.BytesIO(b"x\n" * 30))
    assert isinstance(rejected, Rejected)
    (whole,) = read(["-"], stdin=io.BytesIO(b"\nIran.\n\nRussia.\n"))
    assert isinstance(whole, Input)
    assert whole.article.text == "\nIran.\n\nRussia.\n"


@pytest.mark.skipif(not hasattr(signal, "SIGXCPU"), reason="needs POSIX")
def test_a_page_that_takes_minutes_ends_without_its_reader() -> None:
    page = b"<p>Iran.</p><table><tr>" + b"<td>a</td>" * 90_000 + b"</table>"
    script = "from entityrel.corpus import html; html._SECONDS = 0; html._main()"
    done = subprocess.run([sys.executable, "-c", script, ""], input=page, capture_output=True, check=False)
    assert done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
    assert done.stdout == b""
