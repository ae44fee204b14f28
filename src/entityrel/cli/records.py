"""Annotated records, however they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from entityrel import markup
from entityrel.corpus.readers import read_annotated
from entityrel.schema import AnnotatedArticle

__all__ = ["read_records"]


def read_records(*paths: Path) -> Iterator[AnnotatedArticle]:
    """The records of JSON Lines files, of folders that `entityrel annotate` wrote, and of inline markup (.ann).

    Raises:
        RecordError: If a record is broken; the message names file and line.
        MarkupError: If an .ann file is wrong.
    """
    for path in paths:
        if path.is_dir() and (files := sorted(path.glob("*.ann"))):
            yield from map(markup.read, files)
        elif path.suffix == ".ann":
            yield markup.read(path)
        else:
            yield from read_annotated(path)
