"""Annotated articles to a plain `networkx.MultiDiGraph`: one edge for each relation of each article.

The shape of an edge:

- The object is an actor or a place: **subject → object**.
- The object is a WEAPON and a recipient is stated: **subject → recipient**, the weapon is the edge's ``item``.
- The object is a WEAPON without a recipient: **subject → weapon**, the weapon is the edge's ``item`` as well.

So "who armed Russia" is ``graph.in_edges("RUS")``, and "where do these drones turn up" is a look at ``item``. A weapon
is always a node, though one with no edge of its own where every relation has a recipient.

Nothing in the graph depends on the order of the articles, and an article that comes twice counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import networkx as nx

from entityrel.errors import RecordError
from entityrel.graph.nodes import LABEL_ORDER, Entity, node_attributes, node_ids, outlet
from entityrel.schema import AnnotatedArticle, Article, Mention, Relation

__all__ = ["LABEL_ORDER", "build_graph", "edge_key"]

_HOW = (
    "give a list of AnnotatedArticle, as entityrel.annotate_many(texts), entityrel.corpus.readers.read_annotated(path) "
    "and AnnotatedArticle.from_json(line) make them"
)


def edge_key(article_id: str, relation: Relation) -> str:
    """The key of a relation's edge: the article's id, a colon, and the relation's id."""
    return f"{article_id}:{relation.id}"


def build_graph(articles: Iterable[AnnotatedArticle], *, isolated: bool = False) -> nx.MultiDiGraph:
    """Build the graph of all relations of some annotated articles.

    The articles are taken one by one and not kept, so any iterable will do.

    Nodes are entities. A node's id is the entity's id ("IRN", "john-kirby", "shahed-136"), for all articles alike:
    two articles that use one id mean one entity. If one id occurs with several labels, the first of `LABEL_ORDER`
    keeps the bare id, and the others get their label behind it ("kalashnikov", "kalashnikov:WEAPON"). Attributes:

    - ``label``, ``name`` (the canonical name, else the most frequent mention), ``aliases`` (tuple of str, sorted);
    - ``classes`` of a weapon: its classes in the tree, the narrowest first (see `entityrel.knowledge.weapons`);
    - ``articles``: number of articles that mention it; ``first_seen``, ``last_seen``: dates of the first and the last
      of them (ISO 8601), if any has a date.

    Edges are relations with the key ``"<article id>:<relation id>"``. What is not known is left out. Attributes:

    - ``predicate``, ``item`` (node id of the weapon), ``polarity``, ``modality``, ``quantity``, ``date``, ``reading``
      (the short reading);
    - ``quantity_value``, ``quantity_unit``, ``quantity_bound`` (see `entityrel.schema.Provenance`);
    - ``attribution``: node id of who says so; ``speakers``: node ids of the chain, the outermost speaker first;
    - ``article``, ``title``, ``url``, ``outlet`` (a field of the input, else the host of the URL), ``published`` (the
      article's date);
    - ``evidence`` (the sentence), ``evidence_start``, ``evidence_end``, and ``<role>_start``, ``<role>_end`` of
      subject, object, recipient and source: character offsets in the article's text;
    - ``confidence`` (0 to 1), ``extractor`` (names, joined by "+").

    Args:
        articles: Annotated articles, gold or predicted.
        isolated: Also take up entities that no relation names.

    Returns:
        A plain MultiDiGraph; its nodes and edges are sorted by id and key.

    Raises:
        RecordError: If something is no `AnnotatedArticle`.

    Example:
        >>> from entityrel.schema import AnnotatedArticle
        >>> record = {
        ...     "id": "a1", "text": "Tehran sent drones to Russia.",
        ...     "relations": [{
        ...         "predicate": "transfers",
        ...         "subject": {"start": 0, "end": 6, "text": "Tehran", "label": "COUNTRY", "id": "IRN"},
        ...         "object": {"start": 12, "end": 18, "text": "drones", "label": "WEAPON", "id": "drone"},
        ...         "recipient": {"start": 22, "end": 28, "text": "Russia", "label": "COUNTRY", "id": "RUS"},
        ...         "evidence": {"start": 0, "end": 29}}]}
        >>> graph = build_graph([AnnotatedArticle.model_validate(record)])
        >>> [(supplier, edge["item"]) for supplier, _, edge in graph.in_edges("RUS", data=True)]
        [('IRN', 'drone')]
    """
    builder = _Builder(isolated=isolated)
    if isinstance(articles, str | Path | Article | Mapping):
        raise RecordError(f"build_graph takes several annotated articles, not {type(articles).__name__}: {_HOW}")
    for place, article in enumerate(articles):
        if not isinstance(article, AnnotatedArticle):
            kind = type(article).__name__
            raise RecordError(f"build_graph takes annotated articles, but number {place + 1} is of type {kind}: {_HOW}")
        builder.add(article)
    return builder.graph()


class _Node:
    """What is known of an entity: for each alias and canonical name the articles that use it, and their dates."""

    __slots__ = ("aliases", "first_seen", "last_seen", "names")

    def __init__(self) -> None:
        self.aliases: dict[str, set[str]] = {}
        self.names: dict[str, set[str]] = {}
        self.first_seen: str | None = None
        self.last_seen: str | None = None

    def add(self, mention: Mention, article: AnnotatedArticle) -> None:
        self.aliases.setdefault(mention.text, set()).add(article.id)
        if mention.name:
            self.names.setdefault(mention.name, set()).add(article.id)
        if article.date:
            self.first_seen = min(self.first_seen or article.date, article.date)
            self.last_seen = max(self.last_seen or article.date, article.date)

    def attributes(self, entity: Entity) -> dict[str, Any]:
        return node_attributes(
            entity,
            names={name: len(articles) for name, articles in self.names.items()},
            aliases={alias: len(articles) for alias, articles in self.aliases.items()},
            articles=len(set().union(*self.aliases.values())),
            first_seen=self.first_seen,
            last_seen=self.last_seen,
        )


class _Builder:
    """Collects entities and edges; who gets the bare id is settled at the end, whatever the order was."""

    def __init__(self, *, isolated: bool) -> None:
        self._isolated = isolated
        self._nodes: dict[Entity, _Node] = {}
        self._related: set[Entity] = set()
        self._edges: dict[str, tuple[Entity, Entity, dict[str, Any]]] = {}

    def add(self, article: AnnotatedArticle) -> None:
        for mention in article.entities:
            self._see(mention, article)
        context = _article_attributes(article)
        for relation in article.relations:
            for _, mention in relation.mentions():
                self._related.add(self._see(mention, article))
            for mention in relation.provenance.attribution if relation.provenance else ():
                self._related.add(self._see(mention, article))
            edge = {**_edge_attributes(relation, article), **context}
            start, end = _ends(relation)
            key = edge_key(article.id, relation)
            known = self._edges.get(key)
            # The same relation found twice, for instance by two versions of a pipeline: the more confident one
            # stays, and between equals any fixed choice will do that does not depend on which came first.
            if known is None or _rank(edge) > _rank(known[2]):
                self._edges[key] = (_entity(start), _entity(end), edge)

    def graph(self) -> nx.MultiDiGraph:
        names = node_ids(self._nodes)
        graph = nx.MultiDiGraph()
        for entity in sorted(names, key=names.__getitem__):
            if self._isolated or entity in self._related:
                graph.add_node(names[entity], **self._nodes[entity].attributes(entity))
        for key in sorted(self._edges):
            from_, to, edge = self._edges[key]
            attributes = dict(edge)
            attributes |= {name: names[edge[name]] for name in ("item", "attribution") if name in edge}
            if "speakers" in edge:
                attributes["speakers"] = tuple(names[speaker] for speaker in edge["speakers"])
            start, end = names[from_], names[to]
            reading = _reading(graph.nodes, start, end, attributes)
            graph.add_edge(start, end, key=key, **attributes, reading=reading)
        return graph

    def _see(self, mention: Mention, article: AnnotatedArticle) -> Entity:
        entity = _entity(mention)
        self._nodes.setdefault(entity, _Node()).add(mention, article)
        return entity


def _entity(mention: Mention) -> Entity:
    return mention.label, mention.id


def _rank(edge: dict[str, Any]) -> tuple[float, str]:
    return edge.get("confidence", -1.0), repr(sorted(edge.items()))


def _ends(relation: Relation) -> tuple[Mention, Mention]:
    """Where the edge starts and where it ends."""
    goes_to_recipient = relation.object.label == "WEAPON" and relation.recipient is not None
    end = relation.recipient if goes_to_recipient else relation.object
    return relation.subject, end or relation.object


def _reading(nodes: Mapping[str, Mapping[str, Any]], start: str, end: str, edge: Mapping[str, Any]) -> str:
    """The short reading by the nodes' names, which are the same for all articles."""
    item = edge.get("item", end)
    recipient = f" → {nodes[end]['name']}" if end != item else ""
    return f"({nodes[start]['name']}, {edge['predicate']}, {nodes[item]['name']}{recipient})"


def _edge_attributes(relation: Relation, article: AnnotatedArticle) -> dict[str, Any]:
    why = relation.provenance
    attributes: dict[str, Any] = {
        "predicate": relation.predicate,
        "item": _entity(relation.object) if relation.object.label == "WEAPON" else None,
        "polarity": relation.polarity,
        "modality": relation.modality,
        "attribution": _entity(relation.source) if relation.source else None,
        "speakers": tuple(_entity(speaker) for speaker in why.attribution) if why and why.attribution else None,
        "quantity": relation.quantity,
        "quantity_value": why.quantity_value if why else None,
        "quantity_unit": why.quantity_unit if why else None,
        "quantity_bound": why.quantity_bound if why else None,
        "date": relation.date,
        "evidence": article.evidence(relation),
        "evidence_start": relation.evidence.start,
        "evidence_end": relation.evidence.end,
        "confidence": relation.confidence,
        "extractor": "+".join(why.extractors) if why else None,
    }
    for role, mention in relation.mentions():
        attributes[f"{role}_start"], attributes[f"{role}_end"] = mention.start, mention.end
    return dict(_known(attributes))


def _article_attributes(article: AnnotatedArticle) -> dict[str, Any]:
    attributes = {
        "article": article.id,
        "published": article.date,
        "title": article.title,
        "url": article.url,
        "outlet": outlet(article.meta, article.url),
    }
    return dict(_known(attributes))


def _known(attributes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in attributes.items() if value is not None and value != "")
