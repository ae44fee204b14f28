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

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import networkx as nx
from networkx.utils import UnionFind

__all__ = ["Report", "independent_sources", "report"]

#: Share of common word triples from which two texts are copies: of all of them, or, as papers cut wire stories, of
#: those of the shorter text, if it has at least `_LONG`.
COPY: Final = 0.7
_LONG: Final = 8
_WORD: Final = re.compile(r"\w+")
_UNDATED: Final = "9999"


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
    if speaker is None:
        voices = _outlet_names(edge.get("outlet"))
    else:
        node = graph.nodes.get(speaker, {})
        names = (node.get("name", speaker), *node.get("aliases", ())) if node.get("label") == "ORG" else ()
        voices = frozenset({_fold(str(name)) for name in names} - {""})
    return Report(
        edge=key,
        article=str(edge.get("article", key)),
        when=edge.get("published") or edge.get("date"),
        speaker=speaker,
        voices=voices,
        evidence=str(edge.get("evidence", "")),
    )


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
    if len(ordered) < 2:
        return [ordered] if ordered else []
    ties: Any = UnionFind(range(len(ordered)))  # type: ignore[no-untyped-call]
    speakers: dict[str, int] = {}
    voices: dict[str, int] = {}
    texts: dict[str, int] = {}
    for position, each in enumerate(ordered):
        known = [voices.setdefault(voice, position) for voice in each.voices]
        if each.speaker is not None:
            known.append(speakers.setdefault(each.speaker, position))
        if text := _fold(each.evidence):
            known.append(texts.setdefault(text, position))
        for other in known:
            if other != position:
                ties.union(other, position)
    for pair in _copies(texts):
        ties.union(*pair)
    groups = [sorted(part) for part in ties.to_sets()]
    return [[ordered[position] for position in group] for group in sorted(groups)]


def _copies(texts: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """Pairs of positions of texts that are nearly the same."""
    if len(texts) < 2:
        return
    shingles = {position: _shingles(text) for text, position in texts.items()}
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, own in shingles.items():
        common: defaultdict[int, int] = defaultdict(int)
        for shingle in own:
            for other in holders[shingle]:
                common[other] += 1
            holders[shingle].append(position)
        for other, count in common.items():
            shorter = min(len(own), len(shingles[other]))
            cut = shorter >= _LONG and count >= COPY * shorter
            if cut or count >= COPY * (len(own) + len(shingles[other]) - count):
                yield other, position


def _shingles(text: str) -> set[tuple[str, ...]]:
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
