"""What the components write on a Doc, and how it is read: plain data, so that DocBin and ``n_process`` work.

``doc.user_data["entityrel"]`` is a dict of lists, tuples, strings and numbers:

- ``names``: canonical name by ``"LABEL:id"`` (canonicaliser);
- ``anaphora``: resolved anaphors, ``[[start, end, [[mention_start, mention_end], …]], …]`` (resolver);
- ``classified``: whether the relation classifier has seen the Doc;
- ``proposals``: what the extractors found, a list of `Proposal`;
- ``relations``: what the merger kept, with what the qualifier added, a list of `Proposal`.

Token spans are ``(start, end)``, half-open, in tokens; spans that need not follow tokens are in characters and
their name says so. DocBin brings tuples and lists back as tuples: readers must take either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypedDict, cast

from spacy.tokens import Doc, Span

from entityrel.errors import PipelineError
from entityrel.knowledge.ontology import load_ontology
from entityrel.schema import Cue, Mention, Modality, Polarity, Provenance, Relation
from entityrel.schema import Span as CharSpan

__all__ = [
    "GAZETTEER_SPANS",
    "Proposal",
    "TokenSpan",
    "anaphora",
    "is_sure",
    "names",
    "put_proposals",
    "register_extensions",
    "relations",
    "require",
    "sentence_numbers",
    "span_mention",
    "state",
]

TokenSpan = tuple[int, int]
#: Key of ``doc.spans`` under which the gazetteer puts its candidates.
GAZETTEER_SPANS = "entityrel_gazetteer"


class Proposal(TypedDict, total=False):
    """A relation on its way through the pipeline; each component adds its keys and changes no others.

    From an extractor: ``predicate``, ``subject``, ``object``, ``recipient`` (token spans of mentions in
    ``doc.ents``; ``recipient`` may be None), ``trigger`` (a token span, or None), ``extractor``, ``score``
    (between 0 and 1), and for the ruler ``frame``, ``construction`` and ``path`` (by role).
    From the merger: ``scores`` (by extractor) and ``confidence``.
    From the qualifier: ``polarity``, ``modality``, ``cues``, ``source``, ``chain``, ``chain_cue``,
    ``quantity_chars``, ``quantity_value``, ``quantity_unit``, ``quantity_bound``, ``date``, ``date_chars``,
    ``evidence_chars``.
    """

    predicate: str
    subject: TokenSpan
    object: TokenSpan
    recipient: TokenSpan | None
    trigger: TokenSpan | None
    extractor: str
    score: float
    frame: str
    construction: dict[str, str]
    path: dict[str, str]
    notes: list[str]
    scores: dict[str, float]
    confidence: float
    polarity: Polarity
    modality: Modality
    cues: list[tuple[int, int, str]]
    source: TokenSpan | None
    chain: list[TokenSpan]
    chain_cue: TokenSpan | None
    quantity_chars: tuple[int, int] | None
    quantity_value: float | None
    quantity_unit: str | None
    quantity_bound: str | None
    date: str | None
    date_chars: tuple[int, int] | None
    evidence_chars: tuple[int, int]


def state(doc: Doc) -> dict[str, Any]:
    """The dict in which the components of entityrel keep their results on ``doc``; made when it is missing."""
    return cast("dict[str, Any]", doc.user_data.setdefault("entityrel", {}))


def names(doc: Doc) -> Mapping[str, str]:
    """Canonical names of the Doc's entities by ``"LABEL:id"``."""
    return cast("Mapping[str, str]", state(doc).get("names", {}))


def anaphora(doc: Doc) -> dict[TokenSpan, list[TokenSpan]]:
    """The token spans of mentions that a resolved anaphor stands for, by the anaphor's token span."""
    return {
        (start, end): [(first, last) for first, last in stands_for]
        for start, end, stands_for in state(doc).get("anaphora", ())
    }


def is_sure(span: Span) -> bool:
    """Whether a span of ``doc.spans[GAZETTEER_SPANS]`` may be asserted without the recogniser."""
    return span.id_.endswith("!")


def sentence_numbers(doc: Doc) -> list[int]:
    """The number of the sentence of each token."""
    numbers = [0] * len(doc)
    for number, sent in enumerate(doc.sents):
        numbers[sent.start : sent.end] = [number] * len(sent)
    return numbers


def put_proposals(doc: Doc, extractor: str, found: Iterable[Proposal]) -> None:
    """Write an extractor's proposals on ``doc``, in place of those of an earlier run."""
    kept = [item for item in state(doc).get("proposals", ()) if item["extractor"] != extractor]
    state(doc)["proposals"] = kept + list(found)


def require(doc: Doc, component: str, *annotations: str) -> None:
    """Check that ``doc`` has what ``component`` needs.

    Raises:
        PipelineError: If an annotation ("DEP", "TAG", "SENT_START" …) is missing; the message names the component
            that should have set it.
    """
    needs = {"DEP": "a parser", "TAG": "a tagger", "POS": "an attribute ruler or morphologizer",
             "LEMMA": "a lemmatizer", "SENT_START": "a parser or sentencizer"}  # fmt: skip
    for annotation in annotations:
        if len(doc) and not doc.has_annotation(annotation):
            raise PipelineError(
                f"{component} needs {needs[annotation]} before it in the pipeline: the Doc has no {annotation}. "
                "Use entityrel.load(), or entityrel.add_pipes() on a spaCy pipeline such as en_core_web_sm."
            )


def span_mention(span: Span) -> Mention:
    """The record of a Span of ``doc.ents``."""
    name = names(span.doc).get(f"{span.label_}:{span.kb_id_}")
    return Mention(
        start=span.start_char, end=span.end_char, text=span.text, label=span.label_, id=span.kb_id_ or span.text,
        name=name if name != span.text else None,
    )  # fmt: skip


def relations(doc: Doc) -> tuple[Relation, ...]:
    """The relations of a Doc as records, in text order; the getter of ``doc._.relations``.

    A statement that the text makes several times (same predicate, entities, polarity and modality) is given once, at
    its surest place; the other places are in the notes of its provenance.
    """
    groups: dict[tuple[object, ...], list[Relation]] = {}
    for relation in _relations(doc):
        ids = [None if m is None else (m.label, m.id) for m in (relation.subject, relation.object, relation.recipient)]
        if load_ontology().predicates[relation.predicate].symmetric:
            ids.sort(key=str)
        groups.setdefault((relation.predicate, *ids, relation.polarity, relation.modality), []).append(relation)
    return tuple(_surest(group) for group in groups.values())


def _surest(group: list[Relation]) -> Relation:
    """The relation with the highest confidence (the first of equals), with a note of where the others are."""
    best = max(group, key=lambda relation: relation.confidence or 0.0)
    others = [relation.evidence.start for relation in group if relation is not best]
    if not others or best.provenance is None:
        return best
    notes = (*best.provenance.notes, "also stated at " + ", ".join(map(str, others)))
    return best.model_copy(update={"provenance": best.provenance.model_copy(update={"notes": notes})})


def _relations(doc: Doc) -> Iterator[Relation]:
    text = doc.text  # made anew at each access
    by_span: dict[tuple[int, ...], Mention] = {(ent.start, ent.end): span_mention(ent) for ent in doc.ents}
    for item in cast("list[Proposal]", state(doc).get("relations", ())):
        recipient, source = item.get("recipient"), item.get("source")
        quantity, evidence = item.get("quantity_chars"), item["evidence_chars"]
        date_chars = item.get("date_chars")
        chain_cue = item.get("chain_cue")
        trigger = item.get("trigger")
        yield Relation(
            predicate=item["predicate"],
            subject=by_span[tuple(item["subject"])],
            object=by_span[tuple(item["object"])],
            recipient=by_span[tuple(recipient)] if recipient else None,
            polarity=item.get("polarity", "affirmed"),
            modality=item.get("modality", "actual"),
            source=by_span[tuple(source)] if source else None,
            quantity=text[quantity[0] : quantity[1]] if quantity else None,
            date=item.get("date"),
            evidence=CharSpan(start=evidence[0], end=evidence[1]),
            confidence=round(item.get("confidence", 1.0), 4),
            provenance=Provenance(
                extractors=tuple(sorted(item.get("scores", {}))),
                trigger=_cue(doc, trigger, item["predicate"]) if trigger else None,
                frame=item.get("frame"),
                construction=item.get("construction", {}),
                path=item.get("path", {}),
                scores={name: round(score, 4) for name, score in sorted(item.get("scores", {}).items())},
                cues=tuple(_cue(doc, (start, end), effect) for start, end, effect in item.get("cues", ())),
                attribution=tuple(by_span[tuple(span)] for span in item.get("chain", ())),
                attribution_cue=_cue(doc, chain_cue, "attribution") if chain_cue else None,
                quantity_value=item.get("quantity_value"),
                quantity_unit=item.get("quantity_unit"),
                quantity_bound=item.get("quantity_bound"),
                date_text=text[date_chars[0] : date_chars[1]] if date_chars else None,
                notes=tuple(item.get("notes", ())),
            ),
        )


def _cue(doc: Doc, span: TokenSpan, effect: str) -> Cue:
    tokens = doc[span[0] : span[1]]
    return Cue(start=tokens.start_char, end=tokens.end_char, text=tokens.text, effect=effect)


def register_extensions() -> None:
    """Register ``doc._.relations`` and ``span._.canonical`` once; never by force over another package's."""
    if not Doc.has_extension("relations"):
        Doc.set_extension("relations", getter=relations)
    if not Span.has_extension("canonical"):
        Span.set_extension("canonical", getter=lambda span: str(span_mention(span)))


register_extensions()
