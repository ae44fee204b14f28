"""What entities become in a graph: node ids, names, classes; and the outlet of an article."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import networkx as nx

from entityrel.knowledge.gazetteer import FOLDER, Country, read_rows
from entityrel.knowledge.ontology import load_ontology
from entityrel.knowledge.weapons import load_weapons

__all__ = ["LABEL_ORDER", "OUTLET_FIELDS", "Entity", "kinds", "label_colour", "node_attributes", "node_ids", "outlet"]

Entity: TypeAlias = tuple[str, str]
"""Label and id of an entity."""

#: If one entity id has several labels, the first label of this order keeps the bare id as its node.
LABEL_ORDER: Final = ("COUNTRY", "PERSON", "WEAPON", "ORG", "LOC")
#: Fields of the input that name who published an article, the first that is there.
OUTLET_FIELDS: Final = ("outlet", "publisher", "agency")


def node_ids(entities: Iterable[Entity]) -> dict[Entity, str]:
    """The node of each entity: its id, or id and label where another entity has the same id.

    Example:
        >>> node_ids([("WEAPON", "patriot"), ("ORG", "patriot")])
        {('WEAPON', 'patriot'): 'patriot', ('ORG', 'patriot'): 'patriot:ORG'}
    """
    by_id: dict[str, list[str]] = {}
    for label, identifier in entities:
        by_id.setdefault(identifier, []).append(label)
    ids = {}
    taken = set(by_id)
    for identifier, labels in sorted(by_id.items()):
        first, *rest = sorted(labels, key=_label_rank)
        ids[first, identifier] = identifier
        for label in rest:
            node = f"{identifier}:{label}"
            while node in taken:  # some other entity is really called that
                node += f":{label}"
            taken.add(node)
            ids[label, identifier] = node
    return ids


def node_attributes(
    entity: Entity,
    *,
    names: Mapping[str, int],
    aliases: Mapping[str, int],
    articles: int,
    first_seen: str | None,
    last_seen: str | None,
) -> dict[str, Any]:
    """The attributes of a node; ``names`` and ``aliases`` say how many articles use each."""
    label, identifier = entity
    known = _country_names().get(identifier) if label == "COUNTRY" and not names else None
    votes = names or aliases
    attributes = {
        "label": label,
        "name": known or min(votes, key=lambda text: (-votes[text], -len(text), text)),
        "classes": load_weapons().kind(identifier) or None if label == "WEAPON" else None,
        "aliases": tuple(sorted(aliases)),
        "articles": articles,
        "first_seen": first_seen,
        "last_seen": last_seen,
    }
    return {key: value for key, value in attributes.items() if value is not None}


def kinds(graph: nx.Graph, item: str | None) -> tuple[str, ...]:
    """The weapon ``item`` and the classes that its node has, the narrowest first; nothing for None."""
    return () if item is None else (item, *graph.nodes[item].get("classes", ()))


def label_colour(label: str) -> str:
    """The colour in which views show a label, from the ontology; grey for a label that it does not have."""
    known = load_ontology().labels.get(label)
    return known.colour if known else "#777777"


def outlet(meta: Mapping[str, Any], url: str | None) -> str | None:
    """Who published an article: a field of the input ("outlet", "publisher", "agency"), else the host of its address.

    Example:
        >>> outlet({}, "https://www.example.org/news/1")
        'example.org'
    """
    named = (meta.get(field) for field in OUTLET_FIELDS)
    return next((name for name in named if isinstance(name, str) and name), None) or _host(url)


@cache
def _country_names() -> dict[str, str]:
    """For records without canonical names, as gold ones are: "Iran", though most articles say "Iranian"."""
    return {row.id: row.name for row in read_rows(FOLDER / "countries.csv", Country)}


def _label_rank(label: str) -> tuple[int, str]:
    return (LABEL_ORDER.index(label) if label in LABEL_ORDER else len(LABEL_ORDER), label)


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:  # an address such as "http://[": the article has no outlet then
        return None
    return host.removeprefix("www.") if host else None
