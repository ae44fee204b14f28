"""The word that states a relation, where the extractor named none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spacy.tokens import Doc, Span, Token

__all__ = ["TriggerFinder", "relation_heads"]

_CONTENT = {"VERB", "NOUN", "ADJ", "PROPN"}
_SHARE = (0.5, 0.5, 0.3)  # how much the distance to subject, object and recipient counts
_PER_EDGE, _FAR, _ABSENT, _UNKNOWN = 0.6, 8, 2.0, -1.0


def relation_heads(doc: Doc, *spans: tuple[int, int] | None) -> list[Token]:
    """The head tokens of the arguments that are there."""
    return [doc[span[0] : span[1]].root for span in spans if span]


class TriggerFinder:
    """Finds the likeliest word for a relation: known for the predicate, and near its arguments in the tree.

    Args:
        weights: Log-odds of a lemma for a predicate, by (predicate, lemma); learnt from the gold.
    """

    def __init__(self, weights: Mapping[tuple[str, str], float]) -> None:
        self._weights = weights
        self._words: dict[int, list[tuple[int, str, list[int]]]] = {}

    def find(self, predicate: str, heads: list[Token]) -> int:
        """The index of the trigger's head token.

        Args:
            predicate: The relation's predicate.
            heads: Head tokens of subject, object and, if there is one, recipient; all of one Doc.
        """
        best, best_score = heads[0].i, float("-inf")
        for index, lemma, steps in self.candidates(heads):
            score = self._weights.get((predicate, lemma), _UNKNOWN) - _PER_EDGE * steps
            if score > best_score:
                best, best_score = index, score
        return best

    def candidates(self, heads: list[Token]) -> Iterator[tuple[int, str, float]]:
        """The content words of the arguments' sentences: index, lemma, distance from the arguments in the tree."""
        sentences = {head.i: head.sent for head in heads}
        ancestors = [{index: depth for depth, index in enumerate(_to_root(head))} for head in heads]
        for sentence in {s.start: s for s in sentences.values()}.values():
            near = [
                (up, share)
                for head, up, share in zip(heads, ancestors, _SHARE, strict=False)
                if sentences[head.i].start == sentence.start
            ]
            absent = _ABSENT * (len(heads) - len(near))
            for index, lemma, path in self._content(sentence):
                yield index, lemma, absent + sum(min(_distance(path, up), _FAR) * share for up, share in near)

    def _content(self, sentence: Span) -> list[tuple[int, str, list[int]]]:
        if sentence.start not in self._words:
            self._words[sentence.start] = [
                (token.i, token.lemma_.lower(), _to_root(token))
                for token in sentence
                if token.pos_ in _CONTENT and not token.ent_type_
            ]
        return self._words[sentence.start]


def _to_root(token: Token) -> list[int]:
    return [token.i, *(ancestor.i for ancestor in token.ancestors)]


def _distance(path: list[int], ancestors: Mapping[int, int]) -> int:
    for steps, index in enumerate(path):
        if index in ancestors:
            return steps + ancestors[index]
    return _FAR
