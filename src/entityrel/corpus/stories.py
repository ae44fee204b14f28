"""Which articles tell one story: the same event by different reporters, on the same days, with the same names in it.

An article is taken as the set of its entities, and of the days on which its statements happened. A name weighs the
more the rarer it is in the corpus: "Putin" says little, "Vovchansk" much. Two articles of at most three days' distance
that share one of their rarest names are compared by weighted cosine; groups grow from the most similar pair downwards,
and two groups join only where half of their pairs are similar, so that stories do not run into each other. Copies
(`entityrel.corpus.copies`) are the same story, of course. The result does not depend on the order of the articles.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from entityrel.schema import AnnotatedArticle

__all__ = ["story_clusters"]

#: Cosine of two articles of one story; days between them at most; names that they must share.
SIMILAR, DAYS, SHARED = 0.28, 3, 2
#: The share of the pairs between two groups that must be similar for them to join.
DENSE = 0.5
#: Names of an article that count: those mentioned most, of which the rarest find the articles to compare.
_FEATURES, _RAREST = 32, 6
#: Articles looked at for a name (the latest), similar ones kept for an article (the most similar), and members of a
#: group compared with another group: so memory and time grow with the number of articles only.
_POSTINGS, _KEPT, _COMPARED = 200, 20, 8
#: Stands for articles without a day; they are compared with each other.
_UNDATED = -(10**6)

_Ints: TypeAlias = "npt.NDArray[np.int32]"
#: Minus the similarity of two rows, and the rows: in order, the most similar come first.
_EDGE = np.dtype([("unlike", "f8"), ("one", "i4"), ("other", "i4")])


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The articles by day and id: days, names as numbers, and lengths as vectors; counts and weights of the names."""

    days: list[int]
    names: list[_Ints]
    lengths: array[float]
    counts: npt.NDArray[np.int_]
    weights: array[float]

    def similarity(self, one: int, other: int) -> float:
        """The weighted cosine of two articles; 0 if they are too far apart, or share too few names."""
        if abs(self.days[one] - self.days[other]) > DAYS:
            return 0.0
        common = set(self.names[one].tolist()).intersection(self.names[other].tolist())
        if len(common) < SHARED:
            return 0.0
        return math.fsum(self.weights[name] for name in common) / (self.lengths[one] * self.lengths[other])


def story_clusters(articles: Iterable[AnnotatedArticle]) -> dict[str, str]:
    """The story of each article, by the article's id; a story is called by its first id in sorted order.

    Memory: about 1.5 kB an article; texts are not kept.

    Args:
        articles: Annotated, with ids that are unique. Those without a date (to the day) are compared with each other.

    Example:
        >>> from entityrel.schema import Mention
        >>> def article(id, day, *names):
        ...     text = " ".join(names)
        ...     at = [text.index(name) for name in names]
        ...     entities = [
        ...         Mention(start=start, end=start + len(name), text=name, label="LOC", id=name.lower())
        ...         for start, name in zip(at, names)
        ...     ]
        ...     return AnnotatedArticle(id=id, date=day, text=text, entities=entities)
        >>> story_clusters([
        ...     article("b", "2024-05-26", "Vovchansk", "Lyptsi", "Kharkiv"),
        ...     article("a", "2024-05-25", "Lyptsi", "Vovchansk"),
        ...     article("c", "2024-07-01", "Vovchansk", "Lyptsi"),
        ...     article("d", "2024-05-25", "Agadez", "Niamey"),
        ... ])
        {'a': 'a', 'b': 'a', 'c': 'c', 'd': 'd'}
    """
    ids, days, starts, names = _sketches(articles)
    if not ids:
        return {}
    # By day and id: nothing after this depends on the order in which the articles came.
    rows = sorted(range(len(ids)), key=lambda row: (days[row], ids[row]))
    _, inverse, counts = np.unique(names, return_inverse=True, return_counts=True)
    numbers: _Ints = inverse.astype(np.int32)
    weights = np.log((len(ids) + 1) / counts)
    of_rows = [numbers[starts[row] : starts[row + 1]] for row in rows]
    corpus = _Corpus(
        days=[days[row] for row in rows],
        names=of_rows,
        lengths=array("d", (math.sqrt(math.fsum(weights[names])) for names in of_rows)),
        counts=counts,
        weights=array("d", weights),
    )
    first: dict[int, str] = {}
    groups = _grouped(corpus)
    for row, group in zip(rows, groups, strict=True):
        first[group] = min(first.get(group, ids[row]), ids[row])
    return {ids[row]: first[group] for row, group in sorted(zip(rows, groups, strict=True), key=lambda at: ids[at[0]])}


def _sketches(
    articles: Iterable[AnnotatedArticle],
) -> tuple[list[str], list[int], list[int], npt.NDArray[np.uint64]]:
    """The ids, the days, where each article's names begin, and the hashes of all names."""
    ids, days, starts, names = [], [], [0], array("Q")
    for article in articles:
        ids.append(article.id)
        days.append(_day(article.date))
        names.extend(_names(article))
        starts.append(len(names))
    return ids, days, starts, np.frombuffer(names, dtype=np.uint64) if names else np.zeros(0, dtype=np.uint64)


def _day(date: str | None) -> int:
    try:
        return dt.date.fromisoformat((date or "")[:10]).toordinal()
    except ValueError:
        return _UNDATED


def _names(article: AnnotatedArticle) -> list[int]:
    mentioned: Counter[str] = Counter()
    for mention in article.entities:
        # A person by the last name: an article that has no first name knows no better.
        ident = mention.id.rsplit("-", 1)[-1] if mention.label == "PERSON" else mention.id
        mentioned[f"{mention.label} {ident}"] += 1
    # Counter keeps the order of the text where counts are equal.
    names = [name for name, _ in mentioned.most_common(_FEATURES)]
    names += {
        item.date for item in article.relations if item.date and len(item.date) == 10 and item.date != article.date
    }
    return sorted(
        int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()) for name in names
    )


def _edges(corpus: _Corpus) -> Iterator[tuple[float, int, int]]:
    """For each article its most similar ones before it."""
    places: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=_POSTINGS))
    for row, mine in enumerate(corpus.names):
        # The rarest that another article has too; of equally rare ones the same for every article.
        shared = mine[corpus.counts[mine] > 1]
        rarest = shared[np.lexsort((shared, corpus.counts[shared]))][:_RAREST].tolist()
        for name in rarest:
            while places[name] and corpus.days[row] - corpus.days[places[name][0]] > DAYS:
                places[name].popleft()
        near = {other for name in rarest for other in places[name]}
        found = sorted((-corpus.similarity(other, row), other, row) for other in near)
        yield from (edge for edge in found[:_KEPT] if -edge[0] >= SIMILAR)
        for name in rarest:
            places[name].append(row)


def _grouped(corpus: _Corpus) -> list[int]:
    """The group of each row. The most similar pairs join first, groups only where they are similar as wholes."""
    group = list(range(len(corpus.days)))
    members = {row: [row] for row in group}
    refused: set[tuple[int, int, int, int]] = set()
    edges = np.fromiter(_edges(corpus), dtype=_EDGE)
    edges.sort(order=["unlike", "one", "other"])
    for _, one, other in map(np.void.item, edges):
        small, large = sorted((group[one], group[other]), key=lambda name: (len(members[name]), name))
        as_they_are = (small, large, len(members[small]), len(members[large]))
        if small == large or as_they_are in refused:
            continue
        if _alike(corpus, members[small], members[large]):
            for member in members[small]:
                group[member] = large
            members[large] = sorted(members[large] + members.pop(small))
        else:
            refused.add(as_they_are)
    return group


def _alike(corpus: _Corpus, one: list[int], other: list[int]) -> bool:
    """Whether enough of the pairs between two groups are similar; of large groups some members, evenly spread."""
    first, second = (rows[:: math.ceil(len(rows) / _COMPARED)] for rows in (one, other))
    similar = sum(corpus.similarity(left, right) >= SIMILAR for left in first for right in second)
    return similar >= DENSE * len(first) * len(second)
