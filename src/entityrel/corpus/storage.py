"""The files of a shard: JSON Lines, or Parquet tables of articles, mentions and relations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from entityrel.corpus.items import Rejected
from entityrel.schema import AnnotatedArticle

__all__ = ["FORMATS", "shard_files"]


def shard_files(
    form: str, number: int, articles: Sequence[AnnotatedArticle], rejected: Sequence[Rejected]
) -> dict[str, bytes]:
    """The content of a shard's files, by their paths in the folder: the same bytes wherever they are made.

    Args:
        form: One of `FORMATS`.
        number: The shard's number; the files are named by it.
        articles: What was annotated, in order.
        rejected: What was set aside, in order; without any there is no file of it.
    """
    files = FORMATS[form](number, articles)
    if rejected:
        files[f"rejected-{number:06}.jsonl"] = _lines(json.dumps(item.to_dict()) for item in rejected)
    return files


def _jsonl(number: int, articles: Sequence[AnnotatedArticle]) -> dict[str, bytes]:
    return {f"part-{number:06}.jsonl": _lines(article.to_json() for article in articles)}


def _parquet(number: int, articles: Sequence[AnnotatedArticle]) -> dict[str, bytes]:
    # pyarrow comes with an extra.
    from entityrel.corpus.parquet import table_files  # noqa: PLC0415

    return {f"{table}/part-{number:06}.parquet": content for table, content in table_files(articles).items()}


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


#: How the articles of a shard are written, by the name of the format.
FORMATS: dict[str, Callable[[int, Sequence[AnnotatedArticle]], dict[str, bytes]]] = {
    "jsonl": _jsonl,
    "parquet": _parquet,
}
