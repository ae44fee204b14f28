"""Writing JSON Lines so that a file is either complete or not there: to a temporary name first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from entityrel.corpus.compression import write_binary
from entityrel.corpus.readers import STDIN
from entityrel.schema import AnnotatedArticle

__all__ = ["jsonl_writer", "replacing", "write_jsonl"]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path`` to write to; it takes the place of ``path`` on success, else it vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def jsonl_writer(path: str | Path) -> Iterator[Callable[[str], None]]:
    """A function that writes one line of JSON; ``-`` is standard output, .gz and .zst at the end of a name compress."""
    if str(path) == STDIN:
        yield lambda line: _to(sys.stdout.buffer, line)
        return
    path = Path(path)
    with replacing(path) as temporary, write_binary(temporary, path.suffix) as binary:
        yield lambda line: _to(binary, line)


def _to(binary: BinaryIO, line: str) -> None:
    binary.write(line.encode() + b"\n")


def write_jsonl(path: str | Path, articles: Iterable[AnnotatedArticle]) -> int:
    """Write records as JSON Lines, in their order; returns how many.

    Raises:
        OSError: If the file cannot be written; an earlier file of this name is then unchanged.
    """
    number = 0
    with jsonl_writer(path) as write:
        for article in articles:
            write(article.to_json())
            number += 1
    return number
