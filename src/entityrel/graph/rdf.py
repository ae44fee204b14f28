"""A graph as RDF: N-Quads, with provenance by PROV-O.

A statement is a named graph that holds one triple, and is described in the default graph. So nothing is asserted that
an article negates or only thinks possible; who wants the facts alone selects the named graphs by polarity and modality:

    <entity:IRN> <predicate:transfers> <entity:RUS> <statement:a1:8f…> .
    <statement:a1:8f…> a er:Statement ; er:polarity "affirmed" ; er:item "drone" ; … ;
        prov:wasDerivedFrom <article:a1> ; prov:wasAttributedTo <entity:john-kirby> .

All names begin with ``urn:entityrel:``, and ids are percent-encoded in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, unquote

import networkx as nx

from entityrel.errors import ExportError

if TYPE_CHECKING:
    from rdflib import Dataset, Literal, URIRef

__all__ = ["read_quads", "write_quads"]

_BASE: Final = "urn:entityrel:"
_ATTRIBUTE: Final = f"{_BASE}attribute:"
_ENTITY: Final = f"{_BASE}entity:"
_PREDICATE: Final = f"{_BASE}predicate:"
_STATEMENT: Final = f"{_BASE}statement:"
_KEY: Final = f"{_BASE}key"


def write_quads(graph: nx.Graph, path: Path) -> None:
    """Write a flat, directed graph as N-Quads.

    Raises:
        ExportError: If rdflib is not installed, or the graph is not directed.
    """
    if not graph.is_directed():
        raise ExportError(f"{path}: a statement in RDF has a direction; make the graph directed first")
    dataset = _dataset()
    _describe(dataset, graph)
    dataset.serialize(destination=str(path), format="nquads", encoding="utf-8")


def read_quads(path: Path) -> nx.MultiDiGraph:
    """Read what `write_quads` wrote.

    Raises:
        ExportError: If rdflib is not installed.
    """
    dataset = _dataset()
    with path.open("rb") as file:
        dataset.parse(file, format="nquads")
    about: dict[str, dict[str, Any]] = {}
    keys: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    for subject, predicate, value, named in dataset.quads():
        what, name = str(subject), str(predicate)
        if name.startswith(_PREDICATE):
            edges.append((what, str(value), str(named)))
        elif name.startswith(_ATTRIBUTE):
            about.setdefault(what, {})[unquote(name.removeprefix(_ATTRIBUTE))] = cast("Literal", value).toPython()
        elif name == _KEY:
            keys[what] = str(value)
        elif what.startswith(_ENTITY):
            about.setdefault(what, {})
    graph = nx.MultiDiGraph()
    for what, attributes in sorted(about.items()):
        if what.startswith(_ENTITY):
            graph.add_node(unquote(what.removeprefix(_ENTITY)), **attributes)
    for start, end, statement in sorted(edges):
        ends = (unquote(each.removeprefix(_ENTITY)) for each in (start, end))
        graph.add_edge(*ends, key=keys.get(statement), **about.get(statement, {}))
    return graph


def _dataset() -> Dataset:
    try:
        from rdflib import Dataset  # noqa: PLC0415  an extra, and slow to import
    except ImportError as error:
        raise ExportError("N-Quads need rdflib: pip install 'entityrel[rdf]'") from error
    return Dataset()


def _describe(dataset: Dataset, graph: nx.Graph) -> None:
    from rdflib import PROV, RDF, RDFS, Literal, URIRef  # noqa: PLC0415

    def attributes(what: URIRef, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            dataset.add((what, URIRef(_ATTRIBUTE + _quoted(name)), Literal(value)))

    for node, values in graph.nodes(data=True):
        what = URIRef(_ENTITY + _quoted(node))
        dataset.add((what, RDF.type, URIRef(f"{_BASE}Entity")))
        if "name" in values:
            dataset.add((what, RDFS.label, Literal(values["name"])))
        attributes(what, values)
    taken: set[str] = set()
    for start, end, key, values in _edges(graph):
        name = _STATEMENT + _quoted(key if key is not None else f"{start} {end}")
        while name in taken:  # keys are unique between two nodes only
            name += "_"
        taken.add(name)
        statement = URIRef(name)
        predicate = URIRef(_PREDICATE + _quoted(str(values.get("predicate", "related"))))
        ends = [URIRef(_ENTITY + _quoted(node)) for node in (start, end)]
        dataset.graph(statement).add((ends[0], predicate, ends[1]))
        dataset.add((statement, RDF.type, URIRef(f"{_BASE}Statement")))
        dataset.add((statement, RDF.type, PROV.Entity))
        if key is not None:
            dataset.add((statement, URIRef(_KEY), Literal(key)))
        if "article" in values:
            dataset.add((statement, PROV.wasDerivedFrom, URIRef(f"{_BASE}article:{_quoted(str(values['article']))}")))
        if "attribution" in values:
            dataset.add((statement, PROV.wasAttributedTo, URIRef(_ENTITY + _quoted(str(values["attribution"])))))
        attributes(statement, values)


def _edges(graph: nx.Graph) -> Iterator[tuple[str, str, str | None, dict[str, Any]]]:
    if graph.is_multigraph():
        yield from graph.edges(keys=True, data=True)
    else:
        yield from ((start, end, None, values) for start, end, values in graph.edges(data=True))


def _quoted(text: str) -> str:
    return quote(text, safe="")
