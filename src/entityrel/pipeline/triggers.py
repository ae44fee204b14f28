"""The word that states a relation, where the extractor named none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spacy.tokens import Doc, Token

__all__ = ["find_trigger", "relation_heads", "trigger_candidates"]

_CONTENT = {"VERB", "NOUN", "ADJ", "PROPN"}
_SHARE = (0.5, 0.5, 0.3)  # how much the distance to subject, object and recipient counts
_PER_EDGE, _FAR, _UNKNOWN = 0.6, 8, -1.0


def relation_heads(doc: Doc, *spans: tuple[int, int] | None) -> list[Token]:
    """The head tokens of the arguments that are there."""
    return [doc[span[0] : span[1]].root for span in spans if span]


def trigger_candidates(doc: Doc, heads: list[Token]) -> Iterator[tuple[int, float]]:
    """The content words of the arguments' sentences, each with its distance from the arguments in the tree."""
    ancestors = {head.i: {token.i: depth for depth, token in enumerate(_to_root(head))} for head in heads}
    for sentence in {head.sent.start: head.sent for head in heads}.values():
        near = [
            (ancestors[h.i], share) for h, share in zip(heads, _SHARE, strict=False) if h.sent.start == sentence.start
        ]
        absent = 2.0 * (len(heads) - len(near))
        for token in sentence:
            if token.pos_ in _CONTENT and not token.ent_type_:
                path = _to_root(token)
                yield token.i, absent + sum(min(_distance(path, up), _FAR) * share for up, share in near)


def find_trigger(doc: Doc, predicate: str, heads: list[Token], weights: Mapping[tuple[str, str], float]) -> int:
    """The index of the likeliest word for a relation: known for the predicate, and near its arguments in the tree.

    Args:
        doc: A parsed Doc.
        predicate: The relation's predicate.
        heads: Head tokens of subject, object and, if there is one, recipient.
        weights: Log-odds of a lemma for a predicate, by (predicate, lemma); learnt from the gold.
    """
    best, best_score = heads[0].i, float("-inf")
    for index, steps in trigger_candidates(doc, heads):
        score = weights.get((predicate, doc[index].lemma_.lower()), _UNKNOWN) - _PER_EDGE * steps
        if score > best_score:
            best, best_score = index, score
    return best


def _to_root(token: Token) -> list[Token]:
    return [token, *token.ancestors]


def _distance(path: list[Token], ancestors: Mapping[int, int]) -> int:
    for steps, node in enumerate(path):
        if node.i in ancestors:
            return steps + ancestors[node.i]
    return _FAR
