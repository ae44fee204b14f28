"""Which articles are copies of each other: one wire story under other headlines, cut, or with paragraphs put in.

Copies share pairs of neighbouring content words, also where a story was translated and translated back: names, numbers
and most nouns stay, what is between them does not. Each article becomes a MinHash signature (datasketch) of these
pairs, 1 kB; articles whose signatures agree in a band are compared, and are copies if the shorter one is mostly in the
longer one. Two reports of the same event in other words are no copies. The result does not depend on the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from pydantic import RootModel

from entityrel.errors import EntityrelError
from entityrel.knowledge.files import read_yaml
from entityrel.schema import Article

try:
    from datasketch import MinHash  # type: ignore[import-untyped]
except ImportError as error:
    raise EntityrelError("finding copies needs datasketch: pip install 'entityrel[copies]'") from error

__all__ = ["copy_clusters"]

#: The share of the shorter article's pairs of words that the longer one must have, and the share of all pairs of both
#: that they must have in common; chosen on two of the corpora of tests/test_corpus_copies.py, measured on two others.
CONTAINED, COMMON = 0.55, 0.18
#: Letters of a word that are compared, so that its endings do not matter.
_STEM = 5
_PERMUTATIONS = 255
#: Values in a band: two articles that share a quarter of their pairs meet in some band with probability 0.74, those
#: that share 40 % with 0.996, and unrelated ones (1 %) with 0.0001.
_BAND = 3
#: In a larger group of candidates (a corpus of one text many times) not all pairs are compared.
_ALL_PAIRS = 50


class _StopWords(RootModel[tuple[str, ...]]):
    pass


_Signatures = npt.NDArray[np.uint32]


def copy_clusters(articles: Iterable[Article]) -> dict[str, str]:
    """The cluster of each article, by the article's id; a cluster is called by its first id in sorted order.

    Memory: about 1.2 kB an article; the texts are not kept.

    Args:
        articles: With ids that are unique.

    Example:
        >>> story = "Iran has sent a second batch of drones to Russia, an official in Washington said on Monday."
        >>> first, second = Article(id="a", text=story), Article(id="b", text="By our staff. " + story)
        >>> copy_clusters([second, Article(id="c", text="The weather was fine in Tehran."), first])
        {'a': 'a', 'b': 'a', 'c': 'c'}
    """
    sketched = sorted((article.id, *_sketch(article.text)) for article in articles)
    if not sketched:
        return {}
    ids = [ident for ident, _, _ in sketched]
    sizes = np.array([size for _, size, _ in sketched])
    signatures = np.frombuffer(b"".join(data for _, _, data in sketched), dtype=np.uint32).reshape(len(ids), -1)
    parent = list(range(len(ids)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for one, other in _candidates(signatures, sizes):
        first, second = sorted((root(one), root(other)))
        if first != second and _are_copies(signatures, sizes, one, other):
            parent[second] = first
    return {ident: ids[root(node)] for node, ident in enumerate(ids)}


def _sketch(text: str) -> tuple[int, bytes]:
    """The number of different pairs of words, and the signature."""
    words = [word[:_STEM] for word in re.findall(r"\w+", text.casefold()) if word not in _stop_words()]
    pairs = {" ".join(sorted(pair)) for pair in pairwise(words)} or set(words)
    sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
    sketch.update_batch([pair.encode("utf-8", "replace") for pair in pairs])
    return len(pairs), sketch.hashvalues.astype(np.uint32).tobytes()


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(read_yaml("stop_words.yaml", _StopWords).root)


def _candidates(signatures: _Signatures, sizes: npt.NDArray[np.int_]) -> Iterator[tuple[int, int]]:
    """Pairs of rows that agree in a band. Articles without words are left out."""
    # datasketch's own index (MinHashLSH) gives the same pairs, but takes 8 kB an article.
    rows = np.flatnonzero(sizes)
    for start in range(0, _PERMUTATIONS, _BAND):
        band = signatures[rows, start : start + _BAND]
        order = np.lexsort(band.T)
        same = (band[order[1:]] == band[order[:-1]]).all(axis=1)
        for group in np.split(order, np.flatnonzero(~same) + 1):
            if len(group) < 2:
                continue
            members = sorted(int(rows[place]) for place in group)
            if len(members) <= _ALL_PAIRS:
                yield from combinations(members, 2)
            else:
                yield from ((members[0], other) for other in members[1:])
                yield from pairwise(members)


def _are_copies(signatures: _Signatures, sizes: npt.NDArray[np.int_], one: int, other: int) -> bool:
    """Whether the estimated overlap of two sets of pairs is that of copies."""
    jaccard = float((signatures[one] == signatures[other]).mean())
    shared = jaccard / (1 + jaccard) * float(sizes[one] + sizes[other])
    return jaccard >= COMMON and shared >= CONTAINED * float(min(sizes[one], sizes[other]))
