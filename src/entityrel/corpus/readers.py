"""Reading articles as a stream: JSON Lines, CSV, Parquet, .txt, .html, web archives, folders, and standard input.

What cannot be read comes out as `Rejected`, in its place, and the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from entityrel.corpus.compression import COMPRESSED, open_binary, unreadable
from entityrel.corpus.items import Input, Rejected
from entityrel.corpus.tables import csv_rows, parquet_rows
from entityrel.errors import RecordError
from entityrel.schema import AnnotatedArticle, Article

if TYPE_CHECKING:
    from entityrel.corpus.warc import Answer

__all__ = ["STDIN", "SUFFIXES", "count", "files", "read", "read_annotated"]

#: The name of standard input.
STDIN = "-"
_LINES = (".jsonl", ".ndjson", ".json")
_TABLES = (".csv", ".tsv")
_PAGES = (".html", ".htm")
_ARCHIVES = (".warc", ".warc.gz")
#: A longer line, text or page (bytes) is set aside: it would be in memory several times over.
_MAX_BYTES = 100_000_000
#: Deeper records could be written, but not read again: readers of JSON have limits (pydantic's is 200).
_MAX_DEPTH = 100
#: The day in WARC-Date, which may also be a month or a year.
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(?=T|$)")
_TOO_LONG = f"longer than {_MAX_BYTES // 1_000_000} MB"
_DEEP = f"nested more than {_MAX_DEPTH} levels deep"
#: The endings of the files that are read from a folder.
SUFFIXES = (
    *_LINES, *(f"{suffix}{packed}" for suffix in _LINES for packed in COMPRESSED),
    *_TABLES, ".parquet", ".txt", *_PAGES, *_ARCHIVES,
)  # fmt: skip


def read(
    paths: Iterable[str | Path],
    *,
    fields: Mapping[str, str] | None = None,
    skip: Collection[Path] = (),
    stdin: BinaryIO | None = None,
) -> Iterator[Input | Rejected]:
    """The articles of files, folders (all files below, sorted by path) and ``-`` (standard input).

    A file that is one article (.txt, .html) has its path, as it was named, as id. A second record with an id that
    was read before is set aside: ids tell articles apart in graphs and scores.

    Args:
        paths: Files, folders, or ``-``.
        fields: What the fields of records are called in the input, by our names: ``{"text": "body"}``.
        skip: Files and folders to leave out, such as the output that lies in an input folder.
        stdin: Read for ``-``; standard input if None.
    """
    seen: set[int] = set()
    for item in _read_all(paths, fields or {}, skip, stdin):
        if isinstance(item, Input):
            # Hashes of 64 bits instead of the ids: a million take some 60 MB, and a clash is not to be expected.
            key = hash(item.article.id)
            if key in seen:
                yield Rejected(item.file, item.line, item.article.id, "an article with this id was read before")
                continue
            seen.add(key)
        yield item


def files(path: str | Path, skip: Collection[Path] = ()) -> list[Path]:
    """The file itself, or all files below a folder that can be read, sorted; hidden ones are left out."""
    path = Path(path)
    if not path.is_dir():
        return [path]
    left_out = {item.resolve() for item in skip}
    return sorted(
        found
        for found in path.rglob("*")
        if found.name.lower().endswith(SUFFIXES)
        and found.is_file()
        and not any(part.startswith(".") for part in found.relative_to(path).parts)
        and left_out.isdisjoint((found.resolve(), *found.resolve().parents))
    )


def count(paths: Iterable[str | Path]) -> int | None:
    """How many articles there are to read, for a progress bar; None if only reading everything would tell."""
    total = 0
    for path in paths:
        if str(path) == STDIN:
            return None
        for file in files(path):
            name = file.name.lower()
            if not file.exists():
                continue
            if name.endswith((*COMPRESSED, *_ARCHIVES, ".parquet", *_TABLES)) or file.stat().st_size > 1_000_000_000:
                return None
            if name.endswith(_LINES):
                with file.open("rb") as handle:
                    total += sum(not line.isspace() for line in handle)
            else:
                total += 1
    return total


def read_annotated(path: str | Path) -> Iterator[AnnotatedArticle]:
    """The annotated records of a JSON Lines file (also .gz, .zst), or of a folder that `entityrel annotate` wrote.

    Raises:
        RecordError: If there are none, or a line is no such record; the message names file and line.
    """
    path = Path(path)
    if path.is_dir():
        yield from _read_dataset(path)
        return
    for line, content in _lines(path):
        if isinstance(content, Rejected):
            raise RecordError(str(content))
        if content.isspace():
            continue
        try:
            yield AnnotatedArticle.from_json(content)
        except RecordError as error:
            raise RecordError(f"{path}:{line}: {error}") from error


def _read_dataset(folder: Path) -> Iterator[AnnotatedArticle]:
    if parts := sorted(folder.glob("part-*.jsonl")):
        for part in parts:
            yield from read_annotated(part)
    elif (folder / "articles").is_dir():
        # pyarrow comes with an extra.
        from entityrel.corpus.parquet import read_tables  # noqa: PLC0415

        yield from read_tables(folder)
    else:
        raise RecordError(f"{folder} is no folder of annotations: it has neither part-*.jsonl nor Parquet tables")


def _read_all(
    paths: Iterable[str | Path], fields: Mapping[str, str], skip: Collection[Path], stdin: BinaryIO | None
) -> Iterator[Input | Rejected]:
    for path in paths:
        if str(path) == STDIN:
            yield from _read_stream(stdin or sys.stdin.buffer, fields)
            continue
        for file in files(path, skip):
            yield from _read_file(file, fields)


def _read_file(file: Path, fields: Mapping[str, str]) -> Iterator[Input | Rejected]:
    name = file.name.lower()
    if not name.endswith(SUFFIXES):
        yield Rejected(str(file), None, None, f"unknown kind of file; these are read: {', '.join(SUFFIXES)}")
    elif name.endswith((".txt", *_PAGES)):
        yield _whole(file, _page if name.endswith(_PAGES) else _text)
    elif name.endswith((*_TABLES, ".parquet")):
        for number, row in csv_rows(file) if name.endswith(_TABLES) else parquet_rows(file):
            yield row if isinstance(row, Rejected) else _article(str(file), number, row, fields)
    elif name.endswith(_ARCHIVES):
        yield from _archive(file)
    else:
        yield from _records(str(file), _lines(file), fields)


def _read_stream(stream: BinaryIO, fields: Mapping[str, str]) -> Iterator[Input | Rejected]:
    """Standard input: JSON Lines if its first line begins with a brace, else one text."""
    lines = _limited("<stdin>", stream)
    head: list[tuple[int, bytes | Rejected]] = []
    first: bytes | Rejected = b""
    for number, first in lines:
        head.append((number, first))
        if isinstance(first, Rejected) or not first.isspace():
            break
    if isinstance(first, Rejected) or first.lstrip().startswith((b"{", b"\xef\xbb\xbf{")):
        yield from _records("<stdin>", chain(head, lines), fields)
        return
    text = b"".join(line for _, line in head if isinstance(line, bytes))
    text += stream.read(_MAX_BYTES + 1)
    try:
        if len(text) > _MAX_BYTES:
            yield Rejected("<stdin>", None, None, _TOO_LONG)
        else:
            yield Input("<stdin>", None, Article(text=text.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        yield Rejected("<stdin>", None, None, _encoding(error))


def _lines(file: Path) -> Iterator[tuple[int, bytes | Rejected]]:
    """The lines, blank ones too, with their numbers from 1; a damaged file ends in a rejection."""
    number = 0
    damage = unreadable(file)
    try:
        with open_binary(file) as handle:
            for number, line in _limited(str(file), handle):
                yield number, line
    except damage as error:
        yield number + 1, Rejected(str(file), number + 1, None, f"cannot be read on: {_message(error)}")


def _limited(file: str, stream: BinaryIO) -> Iterator[tuple[int, bytes | Rejected]]:
    """The lines of a stream with their numbers; of one that is too long only a part is in memory at a time."""
    number = 0
    while line := stream.readline(_MAX_BYTES):
        number += 1
        if len(line) < _MAX_BYTES or line.endswith(b"\n"):
            yield number, line
        else:
            yield number, Rejected(file, number, None, _TOO_LONG)
            while line and not line.endswith(b"\n"):
                line = stream.readline(_MAX_BYTES)


def _records(
    file: str, lines: Iterable[tuple[int, bytes | Rejected]], fields: Mapping[str, str]
) -> Iterator[Input | Rejected]:
    for number, line in lines:
        if isinstance(line, Rejected):
            yield line
        elif not line.isspace():
            yield _record(file, number, line, fields)


def _record(file: str, number: int, line: bytes, fields: Mapping[str, str]) -> Input | Rejected:
    try:
        data = json.loads(line.decode("utf-8-sig"))
        if not _is_deep(data):
            return _article(file, number, data, fields)
        reason = _DEEP
    except UnicodeDecodeError as error:
        reason = _encoding(error)
    except json.JSONDecodeError as error:
        reason = f"not a record of JSON Lines: {error.msg} at column {error.colno}"
    except RecursionError:
        reason = _DEEP
    except ValueError as error:  # a number with thousands of digits
        reason = _message(error)
    return Rejected(file, number, None, reason)


def _article(file: str, number: int, data: Any, fields: Mapping[str, str]) -> Input | Rejected:
    ident = None
    if isinstance(data, dict):
        renamed = {ours: data[theirs] for ours, theirs in fields.items() if theirs in data}
        data = {**{name: value for name, value in data.items() if name not in fields.values()}, **renamed}
        ident = str(data["id"]) if isinstance(data.get("id"), str | int) else None
    try:
        return Input(file, number, Article.parse(data))
    except RecordError as error:
        reason = str(error).removeprefix(f"article {ident or '?'!r}: ")
        return Rejected(file, number, ident, textwrap.shorten(reason, 300))


def _is_deep(data: object) -> bool:
    level = [data]
    for _ in range(_MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True


def _whole(file: Path, parse: Callable[[Path, bytes], Article]) -> Input | Rejected:
    try:
        if file.stat().st_size > _MAX_BYTES:
            return Rejected(str(file), None, None, _TOO_LONG)
        return Input(str(file), None, parse(file, file.read_bytes()))
    except OSError as error:
        reason = f"cannot be read: {_message(error)}"
    except UnicodeDecodeError as error:
        reason = _encoding(error)
    except RecordError as error:
        reason = str(error)
    return Rejected(str(file), None, None, reason)


def _text(file: Path, raw: bytes) -> Article:
    return Article(id=file.as_posix(), text=raw.decode("utf-8-sig"))


def _page(file: Path, raw: bytes) -> Article:
    return _page_article(file.as_posix(), raw)


def _page_article(ident: str, raw: bytes, encoding: str | None = None) -> Article:
    # Trafilatura takes half a second to import, and most corpora have no pages.
    from entityrel.corpus.html import extract  # noqa: PLC0415

    page = extract(raw, encoding)
    return Article(
        id=ident, date=page.date, title=page.title, url=page.url, text=page.text,
        meta={"raw_sha256": hashlib.sha256(raw).hexdigest(), **page.meta},
    )  # fmt: skip


def _archive(file: Path) -> Iterator[Input | Rejected]:
    # warcio comes with an extra.
    from entityrel.corpus.warc import Answer, answers  # noqa: PLC0415

    number = 0
    try:
        for answer in answers(file, _MAX_BYTES):
            number = answer.number
            if isinstance(answer, Answer):
                yield _archived(file, answer)
            else:
                yield Rejected(str(file), number, answer.id, answer.reason)
    except OSError as error:
        yield Rejected(str(file), number + 1, None, f"cannot be read on: {_message(error)}")


def _archived(file: Path, answer: Answer) -> Input | Rejected:
    try:
        article = _page_article(answer.id, answer.raw, answer.encoding)
    except RecordError as error:
        return Rejected(str(file), answer.number, answer.id, str(error))
    found = _DAY.match(answer.date)
    fetched = found[0] if found else None
    # A page cannot be from after the day on which it was fetched: then what looks like its date is none.
    date = article.date if article.date and (fetched is None or article.date <= fetched) else fetched
    meta = {**article.meta, "fetched": answer.date}
    return Input(
        str(file), answer.number,
        article.model_copy(update={"url": answer.url or article.url, "date": date, "meta": meta}),
    )  # fmt: skip


def _encoding(error: UnicodeDecodeError) -> str:
    return f"not UTF-8: byte 0x{error.object[error.start]:02x} at offset {error.start}"


def _message(error: Exception) -> str:
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
