"""How many independent sources stand behind a statement: copies and echoes count once.

Two reports of one statement are of one source, if

- their evidence is nearly the same text (a wire story in fifty papers), or
- they attribute the claim to the same speaker ("Kirby said" in ten papers), or
- both are the own voice of the same outlet, or one is attributed to the outlet whose own voice the other is
  ("Reuters reported"), or
- any chain of such ties joins them.

So the sources are the connected parts of a graph of reports, whatever the order in which they come. The first report
of each, by date, stands for it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any, Final, TypeAlias

import networkx as nx

__all__ = ["Report", "Said", "first_of_source", "independent_sources", "report", "voices"]

#: Share of common word triples from which two texts are copies: of all of them, or, as papers cut wire stories, of
#: those of the shorter text, if it has at least `_LONG`.
COPY: Final = 0.7
_LONG: Final = 8
#: Of so many texts each pair is compared; of more, those that share a rare word triple.
_FEW: Final = 12
_WORD: Final = re.compile(r"\w+")
_UNDATED: Final = "9999"

Said: TypeAlias = tuple[str | None, frozenset[str], str]
"""Speaker, voices and evidence of a report; see `Report`."""
_Shingles: TypeAlias = set[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """One statement in one article.

    Attributes:
        edge: Key of its edge.
        article: Id of the article.
        when: Date of the article, else of the event, ISO 8601; None if neither is known.
        speaker: Node id of who says so; None for the article's own voice.
        voices: Names that may be an outlet's, folded: of a speaker that is an ORG, or of the outlet of the own voice.
        evidence: The sentence.
    """

    edge: str
    article: str
    when: str | None
    speaker: str | None
    voices: frozenset[str]
    evidence: str

    @property
    def order(self) -> tuple[str, str]:
        """Sorts reports by date, those without a date last, and then by key."""
        return self.when or _UNDATED, self.edge


def report(graph: nx.MultiDiGraph, key: str, edge: Mapping[str, Any]) -> Report:
    """The report that an edge of `entityrel.build_graph` is."""
    speaker = edge.get("attribution")
    return Report(
        edge=key,
        article=str(edge.get("article", key)),
        when=edge.get("published") or edge.get("date"),
        speaker=speaker,
        voices=voices(graph, speaker, edge.get("outlet")),
        evidence=str(edge.get("evidence", "")),
    )


def voices(graph: nx.MultiDiGraph, speaker: str | None, outlet: str | None) -> frozenset[str]:
    """Names that may be an outlet's: of a speaker that is an ORG, or of the outlet, where an article itself speaks."""
    if speaker is None:
        return _outlet_names(outlet)
    node = graph.nodes.get(speaker, {})
    names = (node.get("name", speaker), *node.get("aliases", ())) if node.get("label") == "ORG" else ()
    return frozenset({_fold(str(name)) for name in names} - {""})


def independent_sources(reports: Iterable[Report]) -> list[list[Report]]:
    """Group reports of one statement by source.

    Args:
        reports: Reports of the same statement, in any order.

    Returns:
        A list for each independent source, its first report first; the sources are in the order of their first reports.

    Example:
        >>> def said(edge, evidence, outlet): return Report(edge, edge, None, None, frozenset([outlet]), evidence)
        >>> wire = "Iran has sent hundreds of drones to Russia, officials in Washington said on Friday."
        >>> copies = [said(f"a{number}", wire, f"paper {number}") for number in range(50)]
        >>> own = said("b", "Our reporter saw crates of Iranian drones in the port of Astrakhan.", "weekly")
        >>> [len(source) for source in independent_sources([own, *copies])]
        [50, 1]
    """
    ordered = sorted(reports, key=lambda each: each.order)
    parts: dict[int, list[Report]] = {}
    for each, first in zip(ordered, first_of_source((e.speaker, e.voices, e.evidence) for e in ordered), strict=True):
        parts.setdefault(first, []).append(each)
    return list(parts.values())


def first_of_source(said: Iterable[Said]) -> list[int]:
    """For each report of one statement the place of the first one of its source, by the rules of this module.

    Example:
        >>> first_of_source([(None, frozenset(["weekly"]), "a"), ("kirby", frozenset(), "b"), (None, frozenset(), "a")])
        [0, 1, 0]
    """
    # A union-find in a list of places, as networkx' own takes most of the time of counting a million relations.
    parent: list[int] = []

    def first(place: int) -> int:
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    def tie(place: int, other: int) -> None:
        place, other = first(place), first(other)
        parent[max(place, other)] = min(place, other)

    known: dict[tuple[str, str], int] = {}
    texts: dict[str, int] = {}
    for place, (speaker, names, evidence) in enumerate(said):
        parent.append(place)
        for name in names:
            tie(known.setdefault(("voice", name), place), place)
        if speaker is not None:
            tie(known.setdefault(("speaker", speaker), place), place)
        if text := _fold(evidence):
            tie(texts.setdefault(text, place), place)
    if any(map(first, range(len(parent)))):  # else all are of one source already
        shingles = {place: _shingles(text) for text, place in texts.items()}
        for place, other in combinations(shingles, 2) if len(shingles) <= _FEW else _candidates(shingles):
            if first(place) != first(other) and _are_copies(shingles[place], shingles[other]):
                tie(place, other)
    return [first(place) for place in range(len(parent))]


def _are_copies(one: _Shingles, two: _Shingles) -> bool:
    common, shorter = len(one & two), min(len(one), len(two))
    cut = shorter >= _LONG and common >= COPY * shorter
    return cut or common >= COPY * (len(one) + len(two) - common)


def _candidates(shingles: Mapping[int, _Shingles]) -> Iterator[tuple[int, int]]:
    """All pairs that may be copies, and few others.

    A copy has at least the share `COPY` of the shorter text's word triples. So it has one of any that are more than
    the rest; those that the fewest texts have are looked up.
    """
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, own in shingles.items():
        for shingle in own:
            holders[shingle].append(place)
    for place, own in shingles.items():
        rest = len(own) - math.ceil(COPY * len(own))
        rare = sorted(own, key=lambda shingle: len(holders[shingle]))[: rest + 1]
        for other in {other for shingle in rare for other in holders[shingle]} - {place}:
            if len(shingles[other]) >= len(own):
                yield place, other


def _shingles(text: str) -> _Shingles:
    words = text.split()
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}


def _fold(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(_WORD.findall(plain.casefold()))


@lru_cache(maxsize=10_000)
def _outlet_names(outlet: str | None) -> frozenset[str]:
    """The outlet's name; of a host ("news.reuters.com") also the part before the last ones, which is often the name."""
    if not outlet:
        return frozenset()
    names = {_fold(outlet)}
    parts = outlet.casefold().split(".")
    if len(parts) > 1 and " " not in outlet:
        parts = [part for part in parts[:-1] if part not in ("co", "com", "org", "gov", "ac", "net")]
        names |= {_fold(parts[-1])} if parts else set()
    return frozenset(names - {""})
