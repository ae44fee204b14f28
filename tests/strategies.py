"""Hypothesis strategies for records and hostile texts, in one place."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from entityrel.knowledge.ontology import load_ontology
from entityrel.schema import MODALITIES, POLARITIES, AnnotatedArticle, Mention, Relation, Span

# Time is not what these tests are about, and a busy machine must not fail them.
settings.register_profile("entityrel", deadline=None)
settings.load_profile("entityrel")

#: Strings that have broken text tools: other line ends, marks, widths, controls, markup, quotation marks.
HOSTILE = (
    "\r\n", "\n\n", "\x00", "\u200b", "\ufeff", "\u202e", "e\u0301", "🇺🇦", "👩‍🚀", "ﬁ", "&amp;", "&nbsp;", "<b>", "]]>",
    "|", "[", "\\", "“", "’s", "\t", "\x85", "\u2028", "\ud800", "\U0010ffff", "%s", "{0}", "...", "—", "İ", "ß",
)  # fmt: skip
WORDS = (
    "Iran", "Tehran", "Moscow", "Russia", "the Kremlin", "John Kirby", "Putin", "sent", "has supplied", "denied",
    "kamikaze drones", "drones", "tanks", "to", "from", "bought", "said", "that", "will", "may", "not", "NATO", "and",
    ",", ".", "on Thursday", "in 2022", "several hundred", "$5 billion", "it", "he", "which", "with",
)  # fmt: skip

#: Any str at all, surrogates and control characters among them.
any_text = st.text(st.characters(), max_size=200)
#: Words of news mixed with hostile strings, so that the components have something to find.
newsy_text = st.lists(st.sampled_from(WORDS + HOSTILE), max_size=60).map(" ".join)
hostile_text = st.one_of(any_text, newsy_text, st.lists(st.sampled_from(WORDS + HOSTILE), max_size=40).map("".join))

_ENTITIES = (
    ("Tehran", "COUNTRY", "IRN"), ("Iranian", "COUNTRY", "IRN"), ("Moscow", "COUNTRY", "RUS"),
    ("Kirby", "PERSON", "kirby"), ("drones", "WEAPON", "drone"), ("T-72 tanks", "WEAPON", "t-72"),
    ("NATO", "ORG", "nato"), ("Brest", "LOC", "brest"),
)  # fmt: skip
_FILLERS = ("sent", "“quite”", "—", "and so on", "e\u0301té", "10:30", "#", "1: two", "@3", "(a)", "🇺🇦")


@st.composite
def annotated_articles(draw: st.DrawFn, separators: tuple[str, ...] = (" ", "\n\n")) -> AnnotatedArticle:
    """Records with sentences of made-up mentions, and relations that the ontology allows, each in whole sentences."""
    text, mentions, sentences = "", [], []
    for number in range(draw(st.integers(1, 5))):
        text += draw(st.sampled_from(separators)) if number else ""
        start = len(text)
        for position, part in enumerate(draw(st.lists(st.sampled_from(_ENTITIES + _FILLERS), min_size=1, max_size=6))):
            text += " " if position else ""
            if isinstance(part, tuple):
                surface, label, ident = part
                mentions.append(
                    Mention(start=len(text), end=len(text) + len(surface), text=surface, label=label, id=ident)
                )
                text += surface
            else:
                text += part
        sentences.append((start, len(text)))
    return AnnotatedArticle(
        id=draw(st.sampled_from(["a1", "wire-2", "x y"])),
        date=draw(st.sampled_from([None, "2023-12-07"])),
        title=draw(st.sampled_from([None, "A title: with a colon"])),
        text=text,
        entities=tuple(mentions),
        relations=tuple(draw(_relations(mentions, sentences))),
    )


@st.composite
def _relations(draw: st.DrawFn, mentions: list[Mention], sentences: list[tuple[int, int]]) -> list[Relation]:
    result = []
    for _ in range(draw(st.integers(0, 4))):
        predicate = draw(st.sampled_from(sorted(load_ontology().predicates.values(), key=lambda item: item.name)))
        subjects = [mention for mention in mentions if mention.label in predicate.subject]
        objects = [mention for mention in mentions if mention.label in predicate.object]
        if not subjects or not objects:
            continue
        recipients = [mention for mention in mentions if mention.label in (predicate.recipient or ())]
        first = draw(st.integers(0, len(sentences) - 1))
        last = draw(st.integers(first, len(sentences) - 1))
        result.append(
            Relation(
                predicate=predicate.name,
                subject=draw(st.sampled_from(subjects)),
                object=draw(st.sampled_from(objects)),
                recipient=draw(st.sampled_from([None, *recipients])),
                polarity=draw(st.sampled_from(POLARITIES)),
                modality=draw(st.sampled_from(MODALITIES)),
                source=draw(st.sampled_from([None, *subjects])),
                quantity=draw(st.sampled_from([None, "several hundred", "$5 billion worth of"])),
                date=draw(st.sampled_from([None, "2023", "2023-12-07"])),
                evidence=Span(start=sentences[first][0], end=sentences[last][1]),
            )
        )
    return result
