"""The component that marks every known name in a Doc, before the recogniser, which may take the marks as features."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from entityrel.knowledge.aliases import Alias
from entityrel.knowledge.gazetteer import precedence
from entityrel.knowledge.idioms import load_idioms
from entityrel.knowledge.weapons import load_weapons
from entityrel.pipeline.state import GAZETTEER_SPANS
from entityrel.pipeline.user_names import ReadsGazetteer

__all__ = ["GazetteerComponent", "make_gazetteer"]


class GazetteerComponent(ReadsGazetteer):
    """Puts the longest known names into ``doc.spans["entityrel_gazetteer"]``.

    Each span has the label, the entity's id as ``kb_id_`` and as ``id_`` the sense of the name ("name", "demonym",
    "capital" …) with a "!" after it where it may be asserted without the recogniser (`state.is_sure`). A name that
    stands for several entities gives one span for each label, that with the best claim.

    Args:
        name: The component's name in the pipeline.
        paths: Users' own CSV files with the columns text, label, id[, name][, sense].
    """

    def __init__(self, name: str = "entityrel_gazetteer", *, paths: Iterable[str | Path] = ()) -> None:
        super().__init__(name, paths=paths)

    def __call__(self, doc: Doc) -> Doc:
        """Mark the names of ``doc``."""
        spans: list[Span] = []
        idioms: list[tuple[int, int]] = []
        text = doc.text
        for found in self.gazetteer.find(text):
            tokens = doc.char_span(found.start, found.end)
            if tokens is None:
                continue
            if _names_nothing(tokens, found.aliases[0]):
                idioms.append((tokens.start, tokens.end))
                continue
            labels: set[str] = set()
            for alias in sorted(found.aliases, key=precedence):
                if alias.label and alias.label not in labels:
                    labels.add(alias.label)
                    sense = f"{alias.sense}!" if alias.sure and not _shouted(tokens) else alias.sense
                    spans.append(Span(doc, tokens.start, tokens.end, alias.label, kb_id=alias.id, span_id=sense))
        spans = sorted(
            _with_class_nouns([*spans, *_unlisted_weapons(doc, text, spans)]), key=lambda span: (span.start, span.end)
        )
        doc.spans[GAZETTEER_SPANS] = SpanGroup(doc, name=GAZETTEER_SPANS, attrs={"idioms": idioms}, spans=spans)
        return doc


def _unlisted_weapons(doc: Doc, text: str, spans: list[Span]) -> Iterator[Span]:
    """Designations that no list has ("Su-75M", "Type 096 submarine"), where no other name stands."""
    taken = {token for span in spans if not _is_class(span) for token in range(span.start, span.end)}
    for start, end in load_weapons().parse_designations(text):
        tokens = doc.char_span(start, end)
        if tokens is not None and taken.isdisjoint(range(tokens.start, tokens.end)):
            id = load_weapons().resolve(tokens.text).id
            yield Span(doc, tokens.start, tokens.end, "WEAPON", kb_id=id, span_id="parsed")


def _with_class_nouns(spans: list[Span]) -> Iterator[Span]:
    """The spans with a weapon's designation and the class phrase right after it as one: "Shahed-136 drones"."""
    nouns = {span.start: span for span in spans if _is_class(span)}
    swallowed = set()
    for span in spans:
        noun = nouns.get(span.end)
        if noun is not None and span.label_ == "WEAPON" and not _is_class(span):
            swallowed.add(noun.start)
            yield Span(span.doc, span.start, noun.end, "WEAPON", kb_id=span.kb_id_, span_id=span.id_)
        elif not _is_class(span):
            yield span
    yield from (noun for start, noun in nouns.items() if start not in swallowed)


def _is_class(span: Span) -> bool:
    return span.id_.startswith("class")


def _names_nothing(tokens: Span, alias: Alias) -> bool:
    """Whether the name is that of a dish, an animal, a ware or a phrase ("Danish pastries", "South American")."""
    if not alias.label:
        return True
    doc = tokens.doc
    return (
        alias.label == "COUNTRY"
        and alias.sense == "adjective"
        and tokens.end < len(doc)
        and load_idioms().names_a_thing(doc[tokens.end].text)
    )


def _shouted(tokens: Span) -> bool:
    """Whether a short name in capitals stands beside other capitals, where "US" and "WHO" may be plain words."""
    if len(tokens) > 1 or len(tokens.text) > 5 or not tokens.text.isupper():
        return False
    doc = tokens.doc
    beside = [doc[i].text for i in (tokens.start - 1, tokens.end) if 0 <= i < len(doc)]
    return any(len(word) > 1 and word.isupper() and word.isalpha() for word in beside)


@Language.factory(
    "entityrel_gazetteer",
    assigns=["doc.spans"],
    default_config={"paths": []},
)
def make_gazetteer(nlp: Language, name: str, paths: list[str]) -> Callable[[Doc], Doc]:
    """Make the component; ``paths`` are users' own CSV files (text, label, id[, name][, sense])."""
    return GazetteerComponent(name, paths=paths)
