"""The files of a shard: JSON Lines, or Parquet tables of articles, mentions and relations."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from entityrel.corpus.items import Rejected
from entityrel.corpus.writers import jsonl_writer, write_jsonl
from entityrel.schema import AnnotatedArticle

__all__ = ["FORMATS", "write_shard"]


def write_shard(
    folder: Path, form: str, number: int, articles: list[AnnotatedArticle], rejected: list[Rejected]
) -> list[str]:
    """Write the files of a shard, each complete or not at all; returns their paths in the folder."""
    names = FORMATS[form](folder, number, articles)
    if rejected:
        name = f"rejected-{number:06}.jsonl"
        with jsonl_writer(folder / name) as write:
            for item in rejected:
                write(json.dumps(item.to_dict()))
        names.append(name)
    return names


def _write_jsonl(folder: Path, number: int, articles: list[AnnotatedArticle]) -> list[str]:
    name = f"part-{number:06}.jsonl"
    write_jsonl(folder / name, articles)
    return [name]


def _write_parquet(folder: Path, number: int, articles: list[AnnotatedArticle]) -> list[str]:
    # pyarrow comes with an extra.
    from entityrel.corpus.parquet import write_tables  # noqa: PLC0415

    return write_tables(folder, f"part-{number:06}.parquet", articles)


#: How the articles of a shard are written, by the name of the format.
FORMATS: dict[str, Callable[[Path, int, list[AnnotatedArticle]], list[str]]] = {
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}
