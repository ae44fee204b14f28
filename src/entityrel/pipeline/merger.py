"""The merger: one decision over what all extractors proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from entityrel.knowledge.ontology import Ontology, load_ontology
from entityrel.pipeline.state import Proposal, TokenSpan, require, sentence_numbers, state

__all__ = ["Merger", "make_merger", "merge"]

#: Tells the entity of a mention: its label and id.
EntityOf = Callable[[TokenSpan], tuple[str, str]]
#: Number of the sentence that a token span is in.
SentenceOf = Callable[[TokenSpan], int]
_Key = tuple[int, str, tuple[str, str], tuple[str, str], tuple[str, str] | None]

#: What is kept of each predicate in each sentence: only that can stand in a relation's way.
_Beside = dict[tuple[int, str], dict[_Key, Proposal]]


@Language.factory("entityrel_merger", requires=["doc.ents"], default_config={"threshold": 0.4, "doubt": 0.7})
def make_merger(nlp: Language, name: str, threshold: float, doubt: float) -> Merger:
    """Make the merger.

    Args:
        nlp: The pipeline.
        name: Name of the component in it.
        threshold: Relations below this confidence (0 to 1) are left out.
        doubt: Factor of the confidence of what a rule found and the classifier, which saw it too, did not.
    """
    return Merger(threshold, doubt, name)


class Merger:
    """A pipeline component that turns proposals into relations, by `merge`."""

    def __init__(self, threshold: float = 0.4, doubt: float = 0.7, name: str = "entityrel_merger") -> None:
        self.name = name
        self.threshold = threshold
        self.doubt = doubt

    def __call__(self, doc: Doc) -> Doc:
        """Write ``relations`` from ``proposals`` on ``doc``."""
        require(doc, self.name, "SENT_START")
        entities = {(ent.start, ent.end): (ent.label_, ent.kb_id_ or ent.text) for ent in doc.ents}
        sentence = sentence_numbers(doc)
        proposals = cast("list[Proposal]", state(doc).get("proposals", []))
        state(doc)["relations"] = merge(
            proposals,
            lambda span: entities[span[0], span[1]],
            lambda span: sentence[span[0]],
            load_ontology(),
            self.threshold,
            doubt=self.doubt if state(doc).get("classified") else 1.0,
        )
        return doc


def merge(
    proposals: Iterable[Proposal],
    entity_of: EntityOf,
    sentence_of: SentenceOf,
    ontology: Ontology,
    threshold: float = 0.5,
    *,
    doubt: float = 1.0,
) -> list[Proposal]:
    """Decide which proposals are relations.

    Proposals that state the same of the same entities in one sentence become one, with the score of each extractor;
    its confidence is that of the surest, times ``doubt`` if only a rule found it. Left out are:

    - arguments that the ontology forbids, and a relation of an entity with itself;
    - the reverse of what a surer proposal of the same sentence says;
    - a proposal without recipient beside the same one with a recipient in the same sentence;
    - what the model alone says of a weapon's giver, taker, user or target where a rule more surely names others;
    - an acquisition where the sentence names the supplier;
    - a person's post for one country where the sentence gives it more surely to another;
    - all whose confidence is below ``threshold``.

    The result does not depend on the order of the proposals, merging it again changes nothing, and it never holds
    an argument that was not proposed.

    Returns:
        The relations in text order, each with ``scores`` (by extractor) and ``confidence``.
    """
    groups: dict[_Key, list[Proposal]] = {}
    for item in proposals:
        key = _key(item, entity_of, sentence_of, ontology)
        if key is not None:
            groups.setdefault(key, []).append(item)
    merged = {key: _combine(items, doubt) for key, items in groups.items()}
    kept = {key: item for key, item in merged.items() if item["confidence"] >= threshold}
    beside: _Beside = {}
    for key, item in kept.items():
        beside.setdefault(key[:2], {})[key] = item
    with_recipient = {key[:4] for key in kept if key[4] is not None}
    out = [
        item
        for key, item in kept.items()
        if not (key[4] is None and key[:4] in with_recipient)
        and not _is_reversed(key, item, kept, ontology)
        and not _has_other_parties(key, item, beside, ontology)
        and not _has_supplier(key, beside)
        and not _has_surer_post(key, item, beside)
    ]
    return sorted(out, key=_position)


def _key(item: Proposal, entity_of: EntityOf, sentence_of: SentenceOf, ontology: Ontology) -> _Key | None:
    predicate = ontology.predicates[item["predicate"]]
    subject, object_ = entity_of(item["subject"]), entity_of(item["object"])
    span = item.get("recipient")
    recipient = entity_of(span) if span else None
    if not predicate.allows(subject[0], object_[0], recipient[0] if recipient else None):
        return None
    if subject == object_ or recipient in (subject, object_):
        return None
    if predicate.symmetric:
        subject, object_ = sorted((subject, object_))
    return sentence_of(item.get("trigger") or item["object"]), item["predicate"], subject, object_, recipient


def _combine(items: Sequence[Proposal], doubt: float) -> Proposal:
    """One relation of proposals that state the same: the surest one, with the scores of all extractors."""
    ordered = sorted(items, key=lambda item: (-_score(item), "frame" not in item, _position(item)))
    scores: dict[str, float] = {}
    for item in ordered:
        for extractor, score in _scores(item).items():
            scores[extractor] = max(score, scores.get(extractor, 0.0))
    best = next((item for item in ordered if "frame" in item), ordered[0])
    combined = Proposal(**best)
    combined["scores"] = dict(sorted(scores.items()))
    combined["confidence"] = max(scores.values()) * (doubt if [*scores] == ["ruler"] else 1.0)
    return combined


def _scores(item: Proposal) -> dict[str, float]:
    return item["scores"] if "scores" in item else {item["extractor"]: item["score"]}


def _score(item: Proposal) -> float:
    return max(_scores(item).values())


def _is_reversed(key: _Key, item: Proposal, kept: dict[_Key, Proposal], ontology: Ontology) -> bool:
    """Whether the same sentence also says the reverse, and more surely (a rule is surer than a model)."""
    sentence, predicate, subject, object_, recipient = key
    if ontology.predicates[predicate].symmetric:
        return False
    if recipient is not None:
        other = kept.get((sentence, predicate, recipient, object_, subject))
    else:
        other = kept.get((sentence, predicate, object_, subject, None))
    if other is None:
        return False
    if "frame" in item and all(item.get(name) == other.get(name) for name in ("frame", "trigger")):
        return False  # one frame at one trigger says both: "they exchange missiles"
    return _rank(other) > _rank(item)


def _has_other_parties(key: _Key, item: Proposal, beside: _Beside, ontology: Ontology) -> bool:
    """Whether a rule gives the same weapon, at the same place, to other parties, and more surely.

    Beside "Norway called on Turkey to stop sending arms to Libya" the model takes Norway for a sender too.
    """
    _, predicate, subject, object_, recipient = key
    if "ruler" in item["scores"] or object_[0] != "WEAPON" or ontology.predicates[predicate].recipient is None:
        return False
    return any(
        "ruler" in rival["scores"]
        and rival["object"] == item["object"]
        and rival["confidence"] > item["confidence"]
        and (other[2] != subject or other[4] not in (None, recipient))
        for other, rival in beside[key[:2]].items()
    )


def _has_supplier(key: _Key, beside: _Beside) -> bool:
    """Whether it is an acquisition whose supplier the same sentence names: that is a transfer, and only that."""
    sentence, predicate, subject, object_, _ = key
    return predicate == "acquires" and any(
        other[3:] == (object_, subject) for other in beside.get((sentence, "transfers"), ())
    )


def _has_surer_post(key: _Key, item: Proposal, beside: _Beside) -> bool:
    """Whether the same sentence gives the person's post to another country, and more surely."""
    _, predicate, subject, object_, _ = key
    return (
        predicate in ("leads", "represents")
        and object_[0] == "COUNTRY"
        and any(
            other[2] == subject and other[3][0] == "COUNTRY" and _rank(rival) > _rank(item)
            for other, rival in beside[key[:2]].items()
        )
    )


def _rank(item: Proposal) -> tuple[bool, float, tuple[int, ...]]:
    return "ruler" in item["scores"], item["confidence"], _position(item)


def _position(item: Proposal) -> tuple[int, ...]:
    recipient = item.get("recipient") or (0, 0)
    trigger = item.get("trigger") or item["object"]
    return (*trigger, *item["subject"], *item["object"], *recipient)
