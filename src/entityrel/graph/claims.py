"""The ledger of claims: for a statement, who asserts it, who denies it, since when, and what changed.

A *claim* is what one voice says of one statement: a speaker to whom articles attribute it, or an outlet in its own
voice. Every function takes a graph of `entityrel.build_graph` and leaves it as it is.

    >>> from entityrel.graph import build_graph
    >>> claims(build_graph([]), predicate="transfers")
    []
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import networkx as nx

from entityrel.graph.nodes import kinds
from entityrel.graph.select import edge_part
from entityrel.graph.sources import Report, independent_sources, report
from entityrel.graph.statements import Edge, Statement, by_statement, standing

__all__ = ["Claim", "Contradiction", "Entry", "as_of", "claims", "contradictions", "sides", "without"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What one voice says of a statement, in one way.

    Attributes:
        voice: Node id of the speaker, or the outlet for an article's own voice, or the article's id without either.
        attributed: Whether the voice is a speaker.
        side: Node id of the country or organisation that the speaker stands for, or the speaker itself; None for an
            article's own voice.
        standing: "fact", "planned", "possible", "desired" or "negated".
        since: Date of the first article with it, ISO 8601, if any has one.
        until: Date of the last one.
        articles: Ids of the articles, sorted.
        edges: Keys of the edges, sorted.
    """

    voice: str
    attributed: bool
    side: str | None
    standing: str
    since: str | None
    until: str | None
    articles: tuple[str, ...]
    edges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """All claims on one statement.

    Attributes:
        statement: Node ids and the predicate.
        reading: The statement by the names of its nodes.
        asserted: Claims that affirm it (as a fact, planned, possible or desired), by date.
        denied: Claims that negate it, by date.
        sources: Number of independent sources that affirm it.
        changes: Claims of a voice that spoke before, but otherwise: ``(before, after)``, by date.
    """

    statement: Statement
    reading: str
    asserted: tuple[Claim, ...]
    denied: tuple[Claim, ...]
    sources: int
    changes: tuple[tuple[Claim, Claim], ...]

    @property
    def since(self) -> str | None:
        """Date of the first claim that affirms it."""
        return min((claim.since for claim in self.asserted if claim.since), default=None)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement that one side asserts as a fact and another denies."""

    statement: Statement
    reading: str
    asserted: tuple[Claim, ...]
    denied: tuple[Claim, ...]


def claims(
    graph: nx.MultiDiGraph,
    *,
    subject: str | None = None,
    predicate: str | None = None,
    item: str | None = None,
    other: str | None = None,
) -> list[Entry]:
    """The ledger: an entry for each statement that fits, most independent sources first.

    Args:
        graph: A graph of `entityrel.build_graph`.
        subject: Node id of the subject; all subjects by default.
        predicate: Name of the predicate.
        item: Node id of the weapon, or of a class above it ("drone" finds Shahed-136 too).
        other: Node id of the recipient, else the object.
    """
    side_of = sides(graph)
    entries = []
    for statement, edges in by_statement(graph).items():
        fits = (
            subject in (None, statement.subject)
            and predicate in (None, statement.predicate)
            and other in (None, statement.other)
            and (item is None or item in kinds(graph, statement.item))
        )
        if fits:
            entries.append(_entry(graph, statement, edges, side_of))
    return sorted(entries, key=lambda entry: (-entry.sources, entry.reading, entry.statement.key))


def contradictions(graph: nx.MultiDiGraph) -> list[Contradiction]:
    """Statements that some voice states as a fact and a voice of another side denies, most sources first.

    That a side changed its mind is no contradiction: it is in `Entry.changes`.
    """
    found = []
    for entry in claims(graph):
        facts = [claim for claim in entry.asserted if claim.standing == "fact"]
        asserted = [claim for claim in facts if any(_opposed(claim, other) for other in entry.denied)]
        denied = [claim for claim in entry.denied if any(_opposed(claim, other) for other in facts)]
        if asserted and denied:
            found.append(Contradiction(entry.statement, entry.reading, tuple(asserted), tuple(denied)))
    return found


def as_of(graph: nx.MultiDiGraph, date: str) -> nx.MultiDiGraph:
    """The graph as it was known at the end of a date: only what articles published until then state.

    Articles without a date are left out, since nobody can say that they were known; so is what nodes know of all
    articles (``articles``, ``first_seen``, ``last_seen``). ``left_out_edges`` of the new graph counts what is missing.

    Args:
        graph: A graph of `entityrel.build_graph`.
        date: ISO 8601, to any precision: "2023" is the end of that year.
    """
    known = [
        edge[:3]
        for edge in graph.edges(keys=True, data=True)
        # "2023" is over at its end: an article of "2023" was not yet known for sure on 7 December.
        if (published := edge[3].get("published")) and f"{published}-99-99"[: len(date)] <= date
    ]
    part = _part(graph, known)
    for _, attributes in part.nodes(data=True):
        for name in ("articles", "first_seen", "last_seen"):
            attributes.pop(name, None)
    return part


def without(graph: nx.MultiDiGraph, articles: Collection[str]) -> nx.MultiDiGraph:
    """The graph without the relations of some articles, by id; its statements weigh what the other articles give them.

    The numbers and dates of nodes stay as they are: build the graph again where these matter.
    """
    return _part(
        graph, [edge[:3] for edge in graph.edges(keys=True, data=True) if edge[3].get("article") not in articles]
    )


def sides(graph: nx.MultiDiGraph) -> dict[str, str]:
    """For each PERSON the country or organisation that most articles say that he leads or represents.

    An organisation that is itself said to belong to no one stands for itself. Of equals the first by id is taken.
    """
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for person, body, edge in graph.edges(data=True):
        if edge.get("predicate") in ("leads", "represents") and standing(edge) == "fact":
            votes[person][body] += 1
    return {person: min(found, key=lambda body: (-found[body], body)) for person, found in votes.items()}


def _entry(graph: nx.MultiDiGraph, statement: Statement, edges: list[Edge], side_of: dict[str, str]) -> Entry:
    groups: defaultdict[tuple[str, bool, str], list[Report]] = defaultdict(list)
    affirmed = []
    for edge in edges:
        said = report(graph, *edge)
        how = standing(edge.attributes)
        own = str(edge.attributes.get("outlet") or said.article)
        groups[said.speaker or own, said.speaker is not None, how].append(said)
        if how != "negated":
            affirmed.append(said)
    found = [_claim(*group, reports, side_of) for group, reports in groups.items()]
    found.sort(key=lambda claim: (claim.since or "9999", claim.edges))
    return Entry(
        statement=statement,
        reading=_reading(graph, statement),
        asserted=tuple(claim for claim in found if claim.standing != "negated"),
        denied=tuple(claim for claim in found if claim.standing == "negated"),
        sources=len(independent_sources(affirmed)),
        changes=tuple(_changes(found)),
    )


def _claim(voice: str, attributed: bool, how: str, reports: list[Report], side_of: dict[str, str]) -> Claim:
    dates = sorted(said.when for said in reports if said.when)
    return Claim(
        voice=voice,
        attributed=attributed,
        side=side_of.get(voice, voice) if attributed else None,
        standing=how,
        since=dates[0] if dates else None,
        until=dates[-1] if dates else None,
        articles=tuple(sorted({said.article for said in reports})),
        edges=tuple(sorted(said.edge for said in reports)),
    )


def _changes(found: list[Claim]) -> Iterable[tuple[Claim, Claim]]:
    """Pairs of claims of one voice, of which the later began when the other had been made."""
    last: dict[tuple[str, bool], Claim] = {}
    for claim in found:
        voice = claim.voice, claim.attributed
        before = last.get(voice)
        if before and before.since and claim.since and before.since < claim.since:
            yield before, claim
        if claim.since:
            last[voice] = claim


def _opposed(claim: Claim, other: Claim) -> bool:
    """Whether two claims are of different sides, at least one of which is named.

    Two outlets that state it otherwise in their own voices may just tell of different times.
    """
    return (claim.attributed or other.attributed) and (claim.side or claim.voice) != (other.side or other.voice)


def _reading(graph: nx.MultiDiGraph, statement: Statement) -> str:
    def name(node: str) -> Any:
        return graph.nodes[node].get("name", node)

    subject, predicate, item, other = statement
    if item is None or item == other:
        return f"({name(subject)}, {predicate}, {name(other)})"
    return f"({name(subject)}, {predicate}, {name(item)} → {name(other)})"


def _part(graph: nx.MultiDiGraph, edges: list[tuple[str, str, str]]) -> nx.MultiDiGraph:
    """A graph of some edges, with the count of those left out."""
    part = edge_part(graph, edges)
    part.graph["left_out_edges"] = graph.number_of_edges() - len(edges)
    return part
