"""What a networkx user would write: all relations as edges of a graph, then a loop over its edges that counts them.

It makes the same graph of statements as `entityrel.graph.dataset.aggregate_dataset`; a test sees to it. What counts as
independent, and how a node is named, is the library's; everything else is plain networkx.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import networkx as nx

from entityrel.graph.nodes import Entity, node_attributes, node_ids, outlet
from entityrel.graph.sources import independent_sources, report
from entityrel.knowledge.ontology import load_ontology
from entityrel.schema import AnnotatedArticle, Mention

MODALITIES = ("planned", "possible", "desired")


def relations(articles: Iterable[AnnotatedArticle]) -> nx.MultiDiGraph:
    """A node for each entity of a relation, an edge for each relation."""
    seen: dict[Entity, dict[str, dict[str, set[str]]]] = {}
    dates: dict[Entity, set[str]] = {}
    related: set[Entity] = set()
    edges = {}

    def see(mention: Mention, article: AnnotatedArticle) -> Entity:
        entity = mention.label, mention.id
        forms = seen.setdefault(entity, {"aliases": {}, "names": {}})
        forms["aliases"].setdefault(mention.text, set()).add(article.id)
        if mention.name:
            forms["names"].setdefault(mention.name, set()).add(article.id)
        if article.date:
            dates.setdefault(entity, set()).add(article.date)
        return entity

    for article in articles:
        for mention in article.entities:
            see(mention, article)
        for relation in article.relations:
            why = relation.provenance
            for _, mention in relation.mentions():
                related.add(see(mention, article))
            for mention in why.attribution if why else ():
                related.add(see(mention, article))
            materiel = relation.object.label == "WEAPON"
            end = relation.recipient if materiel and relation.recipient else relation.object
            edges[f"{article.id}:{relation.id}"] = (
                (relation.subject.label, relation.subject.id),
                (end.label, end.id),
                {
                    "predicate": relation.predicate,
                    "item": (relation.object.label, relation.object.id) if materiel else None,
                    "polarity": relation.polarity,
                    "modality": relation.modality,
                    "attribution": (relation.source.label, relation.source.id) if relation.source else None,
                    "quantity": relation.quantity,
                    "quantity_value": why.quantity_value if why else None,
                    "quantity_unit": why.quantity_unit if why else None,
                    "quantity_bound": why.quantity_bound if why else None,
                    "date": relation.date,
                    "evidence": article.evidence(relation),
                    "confidence": relation.confidence,
                    "article": article.id,
                    "title": article.title,
                    "url": article.url,
                    "published": article.date,
                    "outlet": outlet(article.meta, article.url),
                },
            )
    ids = node_ids(seen)
    graph = nx.MultiDiGraph()
    for entity in related:
        votes = {
            kind: {form: len(articles) for form, articles in forms.items()} for kind, forms in seen[entity].items()
        }
        number = len(set().union(*seen[entity]["aliases"].values()))
        days = dates.get(entity, {None})
        first, last = min(days), max(days)  # type: ignore[type-var]
        graph.add_node(
            ids[entity], **node_attributes(entity, **votes, articles=number, first_seen=first, last_seen=last)
        )
    for key, (start, to, attributes) in edges.items():
        for name in ("item", "attribution"):
            attributes[name] = ids[attributes[name]] if attributes[name] else None
        graph.add_edge(ids[start], ids[to], key=key, **attributes)
    return graph


def statements(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """An edge for each statement of a graph of relations."""
    predicates = load_ontology().predicates
    groups = defaultdict(list)
    for start, end, key, edge in graph.edges(keys=True, data=True):
        ends = sorted((start, end)) if predicates[edge["predicate"]].symmetric else (start, end)
        groups[*ends, edge["predicate"], edge["item"]].append((key, edge))
    counted = nx.MultiDiGraph()
    counted.add_nodes_from(graph.nodes(data=True))
    for (start, end, predicate, item), edges in groups.items():
        affirmed = [each for each in edges if each[1]["polarity"] == "affirmed"]
        facts = [each for each in affirmed if each[1]["modality"] == "actual"]
        negated = [each for each in edges if each[1]["polarity"] == "negated"]
        days = [day for _, edge in edges if (day := edge["date"] or edge["published"])]
        attributes: dict[str, Any] = {
            "predicate": predicate,
            "relations": len(edges),
            "articles": len({edge["article"] for _, edge in edges}),
            "outlets": len({edge["outlet"] for _, edge in edges} - {None}),
            "facts": len({edge["article"] for _, edge in facts}),
            "negated": len({edge["article"] for _, edge in negated}),
            "sources": _sources(graph, affirmed),
            "fact_sources": _sources(graph, facts),
            "denying_sources": _sources(graph, negated),
            "evidence_edges": tuple(sorted(key for key, _ in edges)),
        }
        for modality in MODALITIES:
            attributes[modality] = len({edge["article"] for _, edge in affirmed if edge["modality"] == modality})
        attributes["weight"] = float(attributes["sources"])
        if item:
            attributes["item"] = item
        if days:
            attributes |= {"first_date": min(days), "last_date": max(days)}
        attributes |= _quantity([edge for _, edge in facts])
        counted.add_edge(start, end, key=f"{predicate}:{item}" if item else predicate, **attributes)
    return counted


def _sources(graph: nx.MultiDiGraph, edges: list[tuple[str, dict[str, Any]]]) -> int:
    return len(independent_sources(report(graph, *edge) for edge in edges))


def _quantity(facts: list[dict[str, Any]]) -> dict[str, Any]:
    if not facts or any(not edge["date"] or edge["quantity_value"] is None or edge["quantity_bound"] for edge in facts):
        return {}
    told = {(edge["date"], edge["quantity_value"], edge["quantity_unit"] or "") for edge in facts}
    days = Counter(day for day, _, _ in told)
    units = {unit for _, _, unit in told}
    nested = any(one != two and two.startswith(one) for one in days for two in days)
    if len(units) > 1 or nested or max(days.values()) > 1:
        return {}
    unit = units.pop()
    return {"quantity_total": sum(value for _, value, _ in told), **({"quantity_unit": unit} if unit else {})}
