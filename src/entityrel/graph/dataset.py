"""Statements of a Parquet dataset that is larger than memory: DuckDB sorts, one statement at a time is counted.

The dataset is a folder of `entityrel annotate --format parquet`: tables ``articles``, ``mentions`` and ``relations``.

What is sorted and counted is made small first: articles, nodes and the forms of an entity's name are numbers. Nodes are
numbered in the order of their ids, so that numbers sort as ids do.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import networkx as nx

from entityrel.errors import EntityrelError
from entityrel.graph.counts import Amount, Statement, Telling
from entityrel.graph.nodes import OUTLET_FIELDS, Entity, node_attributes, node_ids, outlet
from entityrel.graph.statements import add_statements
from entityrel.knowledge.ontology import load_ontology
from entityrel.sql import duckdb, open_tables

__all__ = ["aggregate_dataset"]

_BATCH: Final = 2_000
_ROWS: Final = 20_000
_MEMORY: Final = ("128MB", "512MB", "2GB")
_THREADS: Final = 2  # each wants its share of the memory
_ROLES: Final = ("subject", "object", "recipient", "source")

#: Every mention of a relation and of its speakers: what a graph has nodes for.
_RELATED: Final = " UNION ALL ".join(
    [
        *(
            f"SELECT article, {role}_label AS label, {role}_id AS id, {role}_text AS text, "
            f"coalesce({role}_name, '') AS name FROM relations WHERE {role}_id IS NOT NULL"
            for role in _ROLES
        ),
        """SELECT article, label, id, text, coalesce(name, '') FROM (
               SELECT article, unnest(from_json(provenance::JSON -> 'attribution',
                   '[{"label": "VARCHAR", "id": "VARCHAR", "text": "VARCHAR", "name": "VARCHAR"}]'), recursive := true)
               FROM relations WHERE provenance LIKE '%"attribution":[{%')""",
    ]
)
_MENTIONS: Final = "SELECT article, label, id, text, coalesce(name, '') AS name FROM mentions"
#: The name that a field gives, and the part of the address that has the host, for `entityrel.graph.nodes.outlet`.
_HEAD: Final = "array_to_string(string_split(url, '/')[1:3], '/')"
_NAMED: Final = ", ".join(
    f"CASE WHEN json_type(meta, '{field}') = 'VARCHAR' THEN nullif(meta ->> '{field}', '') END"
    for field in OUTLET_FIELDS
)
_PUBLISHED: Final = f"""
    CREATE TEMP TABLE published AS
    SELECT id, min(nullif(date, '')) AS first, max(nullif(date, '')) AS last,
           coalesce(min(CASE WHEN json_valid(meta) THEN coalesce({_NAMED}) END), '') AS named,
           coalesce(min({_HEAD}), '') AS head
    FROM articles GROUP BY id"""
_ARTICLES: Final = """
    CREATE TEMP TABLE numbered AS
    SELECT row_number() OVER () AS number, id, first, last, outlet FROM published LEFT JOIN outlets USING (named, head);
    DROP TABLE published"""
_FORMS: Final = f"""
    CREATE TEMP TABLE forms AS
    SELECT row_number() OVER () AS form, label, id, text, name, bool_or(related) AS related
    FROM (SELECT DISTINCT label, id, text, name, true AS related FROM ({_RELATED})
          UNION ALL SELECT DISTINCT label, id, text, name, false FROM ({_MENTIONS}))
    GROUP BY label, id, text, name"""
_TOLD: Final = f"""
    CREATE TEMP TABLE told AS
    SELECT DISTINCT number, form FROM ({_RELATED} UNION ALL {_MENTIONS}) seen
    JOIN forms USING (label, id, text, name) JOIN numbered ON numbered.id = seen.article"""
_NODES: Final = """
    SELECT label, forms.id, count(DISTINCT number), min(first), max(last)
    FROM told JOIN forms USING (form) JOIN numbered USING (number)
    GROUP BY label, forms.id HAVING bool_or(related)"""
_VOTES: Final = """
    SELECT label, id, {0}, count(DISTINCT number) FROM told JOIN forms USING (form)
    WHERE {0} <> '' GROUP BY label, id, {0}"""
_STATEMENTS: Final = """
    WITH ends AS (
        SELECT predicate, polarity, modality, relations.date, evidence, confidence, provenance, article, first, outlet,
               article || ':' || relations.id AS key, subjects.node AS subject, speakers.node AS speaker,
               CASE WHEN object_label = 'WEAPON' THEN objects.node END AS item,
               CASE WHEN object_label = 'WEAPON' AND recipient_id IS NOT NULL THEN recipients.node ELSE objects.node END
                   AS other
        FROM relations
        JOIN nodes subjects ON subjects.label = subject_label AND subjects.id = subject_id
        JOIN nodes objects ON objects.label = object_label AND objects.id = object_id
        LEFT JOIN nodes recipients ON recipients.label = recipient_label AND recipients.id = recipient_id
        LEFT JOIN nodes speakers ON speakers.label = source_label AND speakers.id = source_id
        LEFT JOIN numbered ON numbered.id = article
    )
    SELECT CASE WHEN swap THEN other ELSE subject END AS one, predicate, item,
           CASE WHEN swap THEN subject ELSE other END AS two, key, article,
           CASE WHEN polarity = 'negated' THEN polarity WHEN modality = 'actual' THEN 'fact' ELSE modality END,
           nullif(date, ''), first, outlet, speaker, evidence,
           CASE WHEN provenance LIKE '%"quantity_value":%' THEN provenance END
    FROM (SELECT *, other < subject AND predicate IN (SELECT unnest($symmetric)) AS swap FROM ends)
    ORDER BY one, predicate, item NULLS FIRST, two, key, confidence DESC NULLS LAST"""


def aggregate_dataset(
    folder: str | Path, *, min_sources: int = 0, min_articles: int = 0, memory: str | None = None
) -> nx.MultiDiGraph:
    """What `entityrel.graph.aggregate` makes of the graph of all articles of a dataset, without that graph.

    DuckDB joins and sorts, on disk where it must; only the statements and nodes are in memory, and the reports of one
    statement at a time.

    Args:
        folder: A dataset of ``entityrel annotate --format parquet``.
        min_sources: Leave out statements with fewer independent sources.
        min_articles: Leave out statements in fewer articles.
        memory: How much DuckDB may take ("1GB"); it sorts on disk beyond that. By default little, and more only where
            that is not enough.

    Raises:
        RecordError: If the folder is no such dataset.
        EntityrelError: If DuckDB needs more memory.
    """
    for limit in (memory,) if memory else _MEMORY:
        try:
            return _aggregated(Path(folder), limit, min_sources=min_sources, min_articles=min_articles)
        except duckdb.OutOfMemoryException:
            continue
    raise EntityrelError(f"{folder}: DuckDB needs more memory than {memory or _MEMORY[-1]}; give it more")


def _aggregated(folder: Path, memory: str, *, min_sources: int, min_articles: int) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    with tempfile.TemporaryDirectory(prefix="entityrel-") as spill:
        path = f"{spill}/sorted.parquet"
        with open_tables(
            folder, memory_limit=memory, temp_directory=spill, threads=_THREADS, preserve_insertion_order=False
        ) as tables:
            outlets = _add_articles(tables)
            entities, nodes = _entities(tables)
            ids = _add_nodes(tables, nodes)
            # By way of a file, as a sort under way would keep its memory while the graph grows.
            symmetric = [name for name, predicate in load_ontology().predicates.items() if predicate.symmetric]
            tables.execute(
                f"COPY ({_STATEMENTS}) TO $path (ROW_GROUP_SIZE {_ROWS})", {"symmetric": symmetric, "path": path}
            )
        graph.add_nodes_from(sorted((nodes[entity], attributes) for entity, attributes in entities.items()))
        with open_tables(folder, memory_limit=memory, threads=1) as tables:
            statements = _statements(tables, path, ids, outlets)
            add_statements(graph, statements, min_sources=min_sources, min_articles=min_articles)
    return graph


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[tuple[Any, ...]]
) -> None:
    """A new table of rows, which may be many."""
    connection.execute(f"CREATE TEMP TABLE {table} ({', '.join(map(' '.join, columns.items()))})")
    values = dict(zip(columns, ([*column] for column in zip(*rows, strict=True)), strict=False))
    if rows:
        connection.execute(f"INSERT INTO {table} SELECT {', '.join(f'unnest(${name})' for name in columns)}", values)


def _add_articles(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The table ``numbered`` of articles; returns the outlets by number."""
    connection.execute(_PUBLISHED)
    known = connection.execute("SELECT DISTINCT named, head FROM published").fetchall()
    named = {origin: name for origin in known if (name := origin[0] or outlet({}, origin[1]))}
    outlets = sorted({*named.values()})
    numbers = {name: number for number, name in enumerate(outlets)}
    rows = [(*origin, numbers[name]) for origin, name in named.items()]
    _fill(connection, "outlets", {"named": "VARCHAR", "head": "VARCHAR", "outlet": "INTEGER"}, rows)
    connection.execute(_ARTICLES)
    return outlets


def _entities(connection: duckdb.DuckDBPyConnection) -> tuple[dict[Entity, dict[str, Any]], dict[Entity, str]]:
    """The attributes of the nodes, and the node ids of all entities, for which all have a say."""
    connection.execute(_FORMS)
    connection.execute(_TOLD)
    votes: dict[str, dict[Entity, dict[str, int]]] = {"name": {}, "text": {}}
    for column, counted in votes.items():
        for label, identifier, text, count in connection.execute(_VOTES.format(column)).fetchall():
            counted.setdefault((label, identifier), {})[text] = count
    entities = {
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
    nodes = node_ids(connection.execute("SELECT DISTINCT label, id FROM forms").fetchall())
    connection.execute("DROP TABLE told; DROP TABLE forms")
    return entities, nodes


def _add_nodes(connection: duckdb.DuckDBPyConnection, nodes: dict[Entity, str]) -> list[str]:
    """The table ``nodes``, and their ids by number."""
    order = sorted(nodes, key=nodes.__getitem__)
    rows = [(*entity, number) for number, entity in enumerate(order)]
    _fill(connection, "nodes", {"label": "VARCHAR", "id": "VARCHAR", "node": "INTEGER"}, rows)
    return [sys.intern(nodes[entity]) for entity in order]


def _statements(
    connection: duckdb.DuckDBPyConnection, path: str, ids: list[str], outlets: list[str]
) -> Iterator[tuple[Statement, list[Telling]]]:
    result = connection.execute("SELECT * FROM read_parquet($path)", {"path": path})
    rows = chain.from_iterable(iter(partial(result.fetchmany, _BATCH), []))
    for (subject, predicate, item, other), found in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        made = Statement(ids[subject], sys.intern(predicate), None if item is None else ids[item], ids[other])
        yield made, list(_tellings(found, ids, outlets))


def _tellings(rows: Iterator[tuple[Any, ...]], ids: list[str], outlets: list[str]) -> Iterator[Telling]:
    last = None
    for *_, key, article, standing, date, published, number, speaker, evidence, provenance in rows:
        if key == last:  # the same relation found twice; the more confident one came first, as `build_graph` has it
            continue
        last = key
        who = None if speaker is None else ids[speaker]
        where = None if number is None else outlets[number]
        yield Telling(key, article, standing, date, published, where, who, evidence, _amount(provenance))


def _amount(provenance: str | None) -> Amount | None:
    known = json.loads(provenance) if provenance else {}
    value = known.get("quantity_value")
    return None if value is None else Amount(value, known.get("quantity_unit") or "", known.get("quantity_bound"))
