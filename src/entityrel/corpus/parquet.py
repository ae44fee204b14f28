"""Annotated records as Parquet tables, and back. Needs the extra ``parquet`` (pyarrow, duckdb).

A dataset is a folder with the folders ``articles``, ``mentions`` and ``relations``; each has one file a shard. The
columns are those of SCHEMA.md: a role of a relation (subject, object, recipient, source) becomes six columns, such
as ``subject_id`` and ``subject_start``. ``meta`` and ``provenance`` are JSON. `SCHEMAS` has names and types; their
version is written in every file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from entityrel.corpus.writers import replacing
from entityrel.errors import EntityrelError, RecordError
from entityrel.schema import AnnotatedArticle, Mention, Provenance, Relation, Span

try:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]
except ImportError as error:
    raise EntityrelError("Parquet needs pyarrow and duckdb: pip install 'entityrel[parquet]'") from error

__all__ = ["SCHEMAS", "VERSION", "read_tables", "table_files", "write_tables"]

#: Version of the tables' columns.
VERSION = 1
_ROLES = ("subject", "object", "recipient", "source")
_TEXT, _INT = pa.string(), pa.int64()
_MENTION = {"id": _TEXT, "label": _TEXT, "name": _TEXT, "text": _TEXT, "start": _INT, "end": _INT}
_VERSIONED = {"entityrel_tables": str(VERSION)}
#: The columns of each table.
SCHEMAS: dict[str, Any] = {
    "articles": pa.schema(
        [(name, _TEXT) for name in ("id", "date", "title", "url", "text", "meta")], metadata=_VERSIONED
    ),
    "mentions": pa.schema([("article", _TEXT), *_MENTION.items()], metadata=_VERSIONED),
    "relations": pa.schema(
        [
            ("article", _TEXT), ("id", _TEXT), ("predicate", _TEXT),
            *((f"{role}_{name}", kind) for role in _ROLES for name, kind in _MENTION.items()),
            ("polarity", _TEXT), ("modality", _TEXT), ("quantity", _TEXT), ("date", _TEXT),
            ("evidence", _TEXT), ("evidence_start", _INT), ("evidence_end", _INT),
            ("confidence", pa.float64()), ("provenance", _TEXT),
        ],
        metadata=_VERSIONED,
    ),
}  # fmt: skip


def table_files(articles: Iterable[AnnotatedArticle]) -> dict[str, bytes]:
    """Records as the content of one Parquet file for each table, by the table's name."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in SCHEMAS}
    for article in articles:
        rows["articles"].append(_article_row(article))
        rows["mentions"] += ({"article": _legal(article.id), **_mention_row(mention)} for mention in article.entities)
        rows["relations"] += (_relation_row(article, relation) for relation in article.relations)
    return {table: _content(pa.Table.from_pylist(rows[table], schema=schema)) for table, schema in SCHEMAS.items()}


def _content(table: Any) -> bytes:
    stream = pa.BufferOutputStream()
    pq.write_table(table, stream, compression="zstd")
    return bytes(stream.getvalue())


def write_tables(folder: Path, name: str, articles: Iterable[AnnotatedArticle]) -> list[str]:
    """Write records as one file of each table; returns the paths in the folder."""
    written = []
    for table, content in table_files(articles).items():
        with replacing(folder / table / name) as temporary:
            temporary.write_bytes(content)
        written.append(f"{table}/{name}")
    return written


def read_tables(folder: Path) -> Iterator[AnnotatedArticle]:
    """The records of a dataset, in order.

    Raises:
        RecordError: If a file is damaged or has columns of another version, or a record breaks SCHEMA.md.
    """
    for path in sorted((folder / "articles").glob("*.parquet")):
        tables = {table: _read(folder / table / path.name) for table in SCHEMAS}
        mentions = _by_article(tables["mentions"])
        relations = _by_article(tables["relations"])
        for row in tables["articles"]:
            try:
                yield AnnotatedArticle(
                    **{**row, "meta": json.loads(row["meta"]) if row["meta"] else {}},
                    entities=tuple(_mention(item) for item in mentions.get(row["id"], ())),
                    relations=tuple(_relation(item) for item in relations.get(row["id"], ())),
                )
            except ValueError as error:
                raise RecordError(f"{path}: article {row['id']!r}: {error}") from error


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise RecordError(f"{path}: cannot be read: {error}; annotate into the folder again") from error
    version = (table.schema.metadata or {}).get(b"entityrel_tables", b"").decode()
    if version != str(VERSION):
        raise RecordError(
            f"{path}: tables of version {version or 'unknown'}, but this is version {VERSION}; annotate anew"
        )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _by_article(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    result: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        result.setdefault(row["article"], []).append(row)
    return result


def _article_row(article: AnnotatedArticle) -> dict[str, Any]:
    meta = json.dumps(dict(article.meta)) if article.meta else None
    return {
        "id": _legal(article.id), "date": article.date, "title": _legal(article.title), "url": _legal(article.url),
        "text": article.text, "meta": meta,
    }  # fmt: skip


def _legal(text: str | None) -> str | None:
    """Without lone surrogates, which UTF-8 cannot hold; the text itself has none."""
    return text if text is None else text.encode("utf-8", "replace").decode()


def _mention_row(mention: Mention | None, prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}{name}": getattr(mention, name, None) for name in _MENTION}


def _relation_row(article: AnnotatedArticle, relation: Relation) -> dict[str, Any]:
    row: dict[str, Any] = {
        "article": _legal(article.id), "id": relation.id, "predicate": relation.predicate,
        "polarity": relation.polarity, "modality": relation.modality, "quantity": relation.quantity,
        "date": relation.date, "evidence": article.evidence(relation), "evidence_start": relation.evidence.start,
        "evidence_end": relation.evidence.end, "confidence": relation.confidence,
        "provenance": relation.provenance.model_dump_json() if relation.provenance else None,
    }  # fmt: skip
    for role in _ROLES:
        row |= _mention_row(getattr(relation, role), f"{role}_")
    return row


def _mention(row: dict[str, Any], prefix: str = "") -> Mention | None:
    if row[f"{prefix}id"] is None:
        return None
    return Mention(**{name: row[f"{prefix}{name}"] for name in _MENTION})


def _relation(row: dict[str, Any]) -> Relation:
    plain = {name: row[name] for name in ("predicate", "polarity", "modality", "quantity", "date", "confidence")}
    return Relation(
        **plain,
        **{role: _mention(row, f"{role}_") for role in _ROLES},
        evidence=Span(start=row["evidence_start"], end=row["evidence_end"]),
        provenance=Provenance.model_validate_json(row["provenance"]) if row["provenance"] else None,
    )
