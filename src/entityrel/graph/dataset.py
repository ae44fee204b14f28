"""Statements of a Parquet dataset that is larger than memory: DuckDB sorts, one statement at a time is counted.

The dataset is a folder of `entityrel annotate --format parquet`: tables ``articles``, ``mentions`` and ``relations``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import networkx as nx

from entityrel.errors import EntityrelError, RecordError
from entityrel.graph.nodes import Entity, node_attributes, node_ids, outlet
from entityrel.graph.statements import Edge, Statement, add_statements
from entityrel.knowledge.ontology import load_ontology

__all__ = ["aggregate_dataset"]

_TABLES: Final = ("articles", "mentions", "relations")
_ROLES: Final = ("subject", "object", "recipient", "source")
_BATCH: Final = 10_000
_COLUMNS: Final = (
    "polarity", "modality", "attribution", "date", "evidence", "quantity_value", "quantity_unit", "quantity_bound",
    "article", "published", "outlet",
)  # fmt: skip

#: Every mention of a relation, of its speakers, and of the articles; the first two are what a graph has nodes for.
_RELATED: Final = " UNION ALL ".join(
    [
        *(
            f"SELECT article, {role}_label AS label, {role}_id AS id, {role}_text AS text, {role}_name AS name "
            f"FROM relations WHERE {role}_id IS NOT NULL"
            for role in _ROLES
        ),
        """SELECT article, unnest(from_json(provenance::JSON -> 'attribution',
               '[{"label": "VARCHAR", "id": "VARCHAR", "text": "VARCHAR", "name": "VARCHAR"}]'), recursive := true)
           FROM relations WHERE provenance LIKE '%"attribution":[{%'""",
    ]
)
_SEEN: Final = (
    "CREATE TEMP TABLE seen AS SELECT * FROM related UNION ALL SELECT article, label, id, text, name FROM mentions"
)
_NODES: Final = """
    SELECT label, seen.id, count(DISTINCT article), min(nullif(articles.date, '')), max(nullif(articles.date, ''))
    FROM seen LEFT JOIN articles ON articles.id = seen.article
    WHERE (label, seen.id) IN (SELECT (label, id) FROM related) GROUP BY label, seen.id"""
_VOTES: Final = "SELECT label, id, {0}, count(DISTINCT article) FROM seen WHERE {0} <> '' GROUP BY label, id, {0}"
# Of a relation that is there twice the more confident one is taken, as `build_graph` does.
_STATEMENTS: Final = """
    WITH ends AS (
        SELECT relations.*, subjects.node AS subject_node, speakers.node AS attribution,
               CASE WHEN object_label = 'WEAPON' THEN objects.node END AS item,
               CASE WHEN object_label = 'WEAPON' AND recipient_id IS NOT NULL THEN recipients.node ELSE objects.node END
                   AS other_node
        FROM relations
        JOIN nodes subjects ON subjects.label = subject_label AND subjects.id = subject_id
        JOIN nodes objects ON objects.label = object_label AND objects.id = object_id
        LEFT JOIN nodes recipients ON recipients.label = recipient_label AND recipients.id = recipient_id
        LEFT JOIN nodes speakers ON speakers.label = source_label AND speakers.id = source_id
        QUALIFY row_number() OVER (PARTITION BY article, relations.id ORDER BY confidence DESC NULLS LAST) = 1
    )
    SELECT CASE WHEN swap THEN other_node ELSE subject_node END AS subject, predicate, item,
           CASE WHEN swap THEN subject_node ELSE other_node END AS other,
           article || ':' || ends.id AS key, polarity, modality, attribution, ends.date AS date, evidence,
           provenance ->> 'quantity_value' AS quantity_value, provenance ->> 'quantity_unit' AS quantity_unit,
           provenance ->> 'quantity_bound' AS quantity_bound, article, published, outlet
    FROM (SELECT *, predicate IN (SELECT unnest($symmetric)) AND other_node < subject_node AS swap FROM ends) ends
    LEFT JOIN outlets ON outlets.id = article
    ORDER BY subject, predicate, coalesce(item, ''), other, key"""


def aggregate_dataset(
    folder: str | Path, *, min_sources: int = 0, min_articles: int = 0, memory: str = "256MB"
) -> nx.MultiDiGraph:
    """What `entityrel.graph.aggregate` makes of the graph of all articles of a dataset, without that graph.

    DuckDB joins and sorts, on disk where it must; only the statements and nodes are in memory, and the reports of one
    statement at a time.

    Args:
        folder: A dataset of ``entityrel annotate --format parquet``.
        min_sources: Leave out statements with fewer independent sources.
        min_articles: Leave out statements in fewer articles.
        memory: How much DuckDB may take; it sorts on disk beyond that.

    Raises:
        RecordError: If the folder is no such dataset.
        EntityrelError: If DuckDB is not installed.
    """
    connection = _open(Path(folder), memory)
    connection.execute(f"CREATE TEMP TABLE related AS {_RELATED}")
    connection.execute(_SEEN)
    entities = _entities(connection)
    nodes = node_ids(entity for (entity,) in connection.execute("SELECT DISTINCT (label, id) FROM seen").fetchall())
    connection.execute("CREATE TEMP TABLE nodes (label VARCHAR, id VARCHAR, node VARCHAR)")
    rows: dict[str, list[str]] = {"label": [], "id": [], "node": []}
    for (label, identifier), node in nodes.items():
        for name, value in zip(rows, (label, identifier, node), strict=True):
            rows[name].append(value)
    connection.execute("INSERT INTO nodes SELECT unnest($label), unnest($id), unnest($node)", rows)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(sorted((nodes[entity], attributes) for entity, attributes in entities.items()))
    connection.execute("DROP TABLE seen; DROP TABLE related")
    _add_outlets(connection)
    add_statements(graph, _statements(connection, graph), min_sources=min_sources, min_articles=min_articles)
    return graph


def _open(folder: Path, memory: str) -> Any:
    try:
        duckdb = import_module("duckdb")
    except ImportError as error:
        raise EntityrelError("datasets need duckdb: pip install 'entityrel[parquet]'") from error
    connection = duckdb.connect()
    connection.execute("SET memory_limit = $memory", {"memory": memory})
    for table in _TABLES:
        if not any((folder / table).glob("*.parquet")):
            raise RecordError(
                f"{folder} is no Parquet dataset of entityrel: it has no {table}/*.parquet; "
                "'entityrel annotate --format parquet' writes one"
            )
        pattern = str(folder / table / "*.parquet").replace("'", "''")
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{pattern}')")
    return connection


def _entities(connection: Any) -> dict[Entity, dict[str, Any]]:
    votes: dict[str, dict[Entity, dict[str, int]]] = {"name": {}, "text": {}}
    for column, counted in votes.items():
        for label, identifier, text, count in connection.execute(_VOTES.format(column)).fetchall():
            counted.setdefault((label, identifier), {})[text] = count
    return {
        (label, identifier): node_attributes(
            (label, identifier),
            names=votes["name"].get((label, identifier), {}),
            aliases=votes["text"].get((label, identifier), {"": 0}),
            articles=articles,
            first_seen=first,
            last_seen=last,
        )
        for label, identifier, articles, first, last in connection.execute(_NODES).fetchall()
    }


def _add_outlets(connection: Any) -> None:
    """A table of the articles' dates and outlets, which are worked out once for each article."""
    connection.execute("CREATE TEMP TABLE outlets (id VARCHAR, published VARCHAR, outlet VARCHAR)")
    result = connection.cursor().execute("SELECT id, date, url, meta FROM articles")
    while batch := result.fetchmany(_BATCH):
        rows = [(id_, date, outlet(json.loads(meta) if meta else {}, url)) for id_, date, url, meta in batch]
        columns = dict(zip(("id", "date", "outlet"), (list(column) for column in zip(*rows, strict=True)), strict=True))
        connection.execute("INSERT INTO outlets SELECT unnest($id), unnest($date), unnest($outlet)", columns)


def _statements(connection: Any, graph: nx.MultiDiGraph) -> Iterator[tuple[Statement, list[Edge]]]:
    symmetric = [name for name, predicate in load_ontology().predicates.items() if predicate.symmetric]
    for parts, rows in groupby(_rows(connection, {"symmetric": symmetric}), key=itemgetter(0, 1, 2, 3)):
        subject, predicate, item, other = (part and sys.intern(part) for part in parts)
        yield Statement(subject, predicate, item, other), [_edge(row) for row in rows]


def _rows(connection: Any, parameters: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    result = connection.execute(_STATEMENTS, parameters)
    while batch := result.fetchmany(_BATCH):
        yield from batch


def _edge(row: tuple[Any, ...]) -> Edge:
    attributes = {
        name: value for name, value in zip(_COLUMNS, row[5:], strict=True) if value is not None and value != ""
    }
    for name in ("date", "published"):
        if name in attributes:  # a few thousand days for millions of statements
            attributes[name] = sys.intern(attributes[name])
    if "quantity_value" in attributes:
        attributes["quantity_value"] = float(attributes["quantity_value"])
    return Edge(row[4], attributes)
