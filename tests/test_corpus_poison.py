"""A poisoned corpus through the command line, with real worker processes: good records pass, bad ones are named."""

from __future__ import annotations

import gzip
import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from entityrel import cli
from entityrel.corpus import html, pool, readers
from entityrel.corpus.readers import read_annotated
from entityrel.schema import AnnotatedArticle
from stub_pipeline import StubSource

SENTENCE = "Iran sent drones to Russia."
#: Lines of JSON with the id that a report must name, where there is one, and words of the reason.
BAD_LINES: list[tuple[bytes, str | None, str]] = [
    (b"{}", None, "text: Field required"),
    (b"null", None, "not NoneType"),
    (b"[" * 100_000, None, "nested more than"),
    (b'{"id": "deep", "text": "x", "a": ' + b"[" * 150 + b"]" * 150 + b"}", None, "nested more than"),
    (b'{"id": "number", "text": 2}', "number", "text: "),
    (b'{"id": "list", "text": ["x"]}', "list", "text: "),
    (b'{"id": "date", "date": {}, "text": "x"}', "date", "date: "),
    (b'{"id": "none", "text": null}', "none", "text: "),
    (b'{"text": "\xff\xfe"}', None, "not UTF-8"),
    (b"\x00\x01\x02\x89PNG", None, "not UTF-8"),
    (b"\x00\x01\x02", None, "not a record of JSON Lines"),
    (b'{"id": "cut", "text": "Iran', None, "not a record of JSON Lines"),
    (b"x" * 10_000_000, None, "not a record of JSON Lines"),
    (b'{"id": "twice", "text": "Again."}', "twice", "was read before"),
    (b'{"text": "' + b"x" * 12_000_000 + b'"}', None, "longer than"),
    (b'{"id": "raises", "text": "RAISE"}', "raises", "the pipeline raised ZeroDivisionError: planted"),
    (b'{"id": "hangs", "text": "HANG"}', "hangs", "not done within 4 s"),
    (b'{"id": "dies", "text": "DIE"}', "dies", "its process died, exit code 9"),
    (b'{"id": "eats", "text": "EAT"}', "eats", "the pipeline raised MemoryError"),
]
GOOD = {
    "twice": SENTENCE, "empty": "", "blank": " \n\t ", "surrogate": f"{SENTENCE} \ud800", "no-space": "y" * 200_000,
    "brackets": "([{<" * 500, "nul": f"\x00 {SENTENCE}", "lines": f"{SENTENCE}\n" * 300,
}  # fmt: skip
#: Files that give no article, and words of the reason.
BAD_FILES = {
    "deep.html": (b"<div>" * 50_000, "no article text"),
    "deeper.html": (b"<div>" * 5_000_000, "longer than"),
    "table.html": (b"<p>Iran.</p><table><tr>" + b"<td>a</td>" * 90_000 + b"</table>", "not parsed within"),
    "empty.html": (b"", "no article text"),
    "binary.txt": (b"\xff\xfe\x00", "not UTF-8"),
    "no.jsonl.gz": (b"\x1f\x8b\x08 no gzip", "cannot be read on"),
    "cut.jsonl.gz": (gzip.compress(b'{"id": "before the cut", "text": "Iran."}\n')[:-6], "cannot be read on"),
    "no.jsonl.zst": (b"no zstd", "cannot be read on"),
    "no.parquet": (b"PAR1", "cannot be read on"),
    "wide.csv": (b"id,text\nw,Iran,too,many\n", "more fields than the header"),
    "no.warc": (b"WARC/1.0\r\nnonsense", "is damaged"),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps({"id": ident, "text": text}).encode() for ident, text in GOOD.items()]
    lines.append(json.dumps({"id": "10-mb", "text": SENTENCE, "page": "z" * 10_000_000}).encode())
    for number, (line, _, _) in enumerate(BAD_LINES):
        lines += [line, json.dumps({"id": f"good{number}", "text": f"{number} {SENTENCE}"}).encode()]
    (folder / "a.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "empty.jsonl").touch()
    (folder / "empty.txt").touch()
    for name, (content, _) in BAD_FILES.items():
        (folder / name).write_bytes(content)
    return folder


def test_every_good_record_comes_through_and_every_bad_one_is_named(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for extra in ("warcio", "pyarrow", "duckdb"):
        pytest.importorskip(extra)
    monkeypatch.setattr(pool, "_source", lambda _: nullcontext(StubSource()))
    monkeypatch.setattr(html, "_SECONDS", 0.5)
    monkeypatch.setattr(readers, "_MAX_BYTES", 11_000_000)
    output = tmp_path / "out"
    options = ["--workers", "2", "--time-limit", "4", "--memory-limit", "8", "--any-language", "--shard-size", "20"]
    command = ["annotate", str(corpus), "-o", str(output), "--format", "parquet", *options]
    with pytest.raises(SystemExit) as ended:
        cli.main(command)
    assert ended.value.code == cli.SET_ASIDE

    annotated = {article.id: article for article in read_annotated(output)}
    good = {*GOOD, "10-mb", *(f"good{number}" for number in range(len(BAD_LINES)))}
    assert annotated.keys() == good | {"before the cut", (corpus / "empty.txt").as_posix()}
    assert all(_statements(annotated[ident]) for ident in good if SENTENCE in annotated[ident].text)

    rows = [json.loads(line) for path in sorted(output.glob("rejected-*")) for line in path.read_text().splitlines()]
    of_lines = [row for row in rows if row["file"].endswith("a.jsonl")]
    assert [row["line"] for row in of_lines] == [len(GOOD) + 2 + 2 * number for number in range(len(BAD_LINES))]
    for row, (_, ident, reason) in zip(of_lines, BAD_LINES, strict=True):
        assert reason in row["reason"], row
        assert row["id"] == ident
    of_files = {Path(row["file"]).name: row["reason"] for row in rows if not row["file"].endswith("a.jsonl")}
    assert of_files.keys() == BAD_FILES.keys()
    assert all(BAD_FILES[name][1] in reason for name, reason in of_files.items()), of_files


def _statements(article: AnnotatedArticle) -> list[str]:
    return [str(relation) for relation in article.relations if relation.subject.id == "IRN"]
