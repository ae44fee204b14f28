"""What countries and persons are part of, for `entityrel.graph.rollup.roll_up`: alliances, regions, the country led.

    >>> from entityrel.graph import build_graph
    >>> from entityrel.graph.rollup import roll_up
    >>> graph = roll_up(build_graph([]), alliances("nato", "brics"))

The mappings are built in (`entityrel.knowledge.blocs`, and the offices of the gazetteer's persons) and know dates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal, NamedTuple

import networkx as nx

from entityrel.errors import KnowledgeError
from entityrel.graph.statements import standing
from entityrel.knowledge.blocs import load_blocs, within
from entityrel.knowledge.gazetteer import load_gazetteer

__all__ = ["Parents", "alliances", "chain", "leaders", "named", "regions"]


Level = Literal["region", "part"]
_LEVELS: Final[tuple[Level, ...]] = ("region", "part")


class Parents(NamedTuple):
    """Which node stands for a node.

    Attributes:
        of: The parent of a node at a date (ISO 8601 to any precision, or None if it is unknown), or None.
        known: Attributes of parents, which they get if they are no nodes yet.
    """

    of: Callable[[str, str | None], str | None]
    known: Mapping[str, Mapping[str, Any]]


def alliances(*ids: str, date: str | None = None) -> Parents:
    """Countries for the alliance of which they are members, at the date of each edge.

    Args:
        ids: Ids of alliances ("nato", "european-union", "brics"; `entityrel.knowledge.blocs.load_blocs` has them all).
            A member of several goes to the first.
        date: Take the members of this date for all edges. An edge without a date takes those of today.

    Raises:
        KnowledgeError: If an alliance is unknown.

    Example:
        >>> of = alliances("nato").of
        >>> of("SWE", "2023-06"), of("SWE", "2024-06"), of("SWE", None)
        (None, 'nato', 'nato')
    """
    known = load_blocs().alliances
    for identifier in ids:
        if identifier not in known:
            raise KnowledgeError(f"no alliance {identifier!r} with members is known, but {', '.join(sorted(known))}")
    periods: defaultdict[str, list[tuple[str, str | None, str | None]]] = defaultdict(list)
    for identifier in ids:
        for country, since, until in known[identifier].periods:
            periods[country].append((identifier, since, until))

    def of(node: str, when: str | None) -> str | None:
        found = (bloc for bloc, since, until in periods.get(node, ()) if within(date or when, since, until))
        return next(found, None)

    return Parents(of, {identifier: {"name": known[identifier].name, "label": "ORG"} for identifier in ids})


def regions(level: Level = "region") -> Parents:
    """Countries for their region of the UN ("europe"), or the part of one ("eastern-europe").

    Example:
        >>> regions().of("IRN", None), regions("part").of("IRN", None)
        ('asia', 'southern-asia')
    """
    known = {country: getattr(region, level) for country, region in load_blocs().regions.items()}
    names = {name: {"name": _title(name), "label": "LOC"} for name in known.values()}
    return Parents(lambda node, date: known.get(node), names)


def leaders(graph: nx.MultiDiGraph) -> Parents:
    """Persons for the country that they lead at the date of each edge.

    The offices of the gazetteer decide where it knows any of a person that lead a country; else what most articles of
    the graph state as a fact ("leads"), at any date. A person who leads none at that date stays.

    Args:
        graph: The graph that is to be rolled up.

    Example:
        >>> of = leaders(nx.MultiDiGraph()).of
        >>> of("ebrahim-raisi", "2023-12-07"), of("ebrahim-raisi", "2019")
        ('IRN', None)
    """
    gazetteer = load_gazetteer()
    votes: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for person, body, edge in graph.edges(data=True):
        if (
            edge.get("predicate") == "leads"
            and standing(edge) == "fact"
            and graph.nodes[body].get("label") == "COUNTRY"
        ):
            votes[person][body] += 1
    told = {person: min(found, key=lambda body: (-found[body], body)) for person, found in votes.items()}

    def of(node: str, date: str | None) -> str | None:
        offices = [
            office
            for office in gazetteer.offices(node)
            if office.role == "leads"
            and office.country
            and not office.organisation  # else he leads that, not a country
        ]
        if not offices:
            return told.get(node)
        return next((office.country for office in offices if within(date, office.since, office.until)), None)

    return Parents(of, {})


def chain(*parents: Parents) -> Parents:
    """Several parents one after the other: a person for his country, and that for its alliance.

    Example:
        >>> chain(leaders(nx.MultiDiGraph()), alliances("nato")).of("angela-merkel", "2010")
        'nato'
    """

    def of(node: str, date: str | None) -> str | None:
        last = node
        for each in parents:
            last = each.of(last, date) or last
        return last

    return Parents(of, {name: known for each in parents for name, known in each.known.items()})


def named(graph: nx.MultiDiGraph, names: Collection[str]) -> Parents:
    """Parents by name, as the command line takes them: "leaders", ids of alliances, "region" or "part", in this order.

    Raises:
        KnowledgeError: If a name is unknown.
    """
    found = [leaders(graph)] if "leaders" in names else []
    found.append(alliances(*(name for name in names if name not in ("region", "part", "leaders"))))
    found += [regions(level) for level in _LEVELS if level in names]
    return chain(*found)


def _title(name: str) -> str:
    return " ".join(word if word == "and" else word.capitalize() for word in name.split("-"))
