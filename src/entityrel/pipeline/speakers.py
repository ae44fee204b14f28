"""Who a speaker's phrase stands for: named, by title, or by a pronoun."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.state import TokenSpan, anaphora

__all__ = ["LEAD", "SUBJECTS", "Speakers", "Statement", "subject_of", "token_span"]

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
#: Tokens in which an article says that it is an interview, and with whom.
LEAD = 120
_SPEAKING = ("PERSON", "COUNTRY", "ORG")
_FAR_NAME = 400  # tokens back in which "the ministry" finds a ministry
_NEAR = 60  # tokens back in which a pronoun's person is looked for


@dataclass(frozen=True, slots=True)
class Statement:
    """A stretch of tokens that somebody states.

    Attributes:
        start: First token.
        end: Token after the last.
        cue: Token span of the words that attribute it.
        speaker: Token span of the speaker's mention, or None if the speaker has no name.
        kind: "clause", "object", "quote", "according", "turn", "interview", "text", or "self" (the
            attributing word itself: "Kyiv asked for tanks").
        verb: Lemma of the attributing word.
    """

    start: int
    end: int
    cue: TokenSpan
    speaker: TokenSpan | None
    kind: str
    verb: str = ""


class Speakers:
    """Finds the mention that a speaker's phrase stands for; keeps who spoke last."""

    def __init__(self, doc: Doc, lexicon: Lexicon) -> None:
        self._doc = doc
        self._groups = {word: label for label, words in lexicon.cues.group_nouns.items() for word in words}
        self._resolved = {
            index: stands_for[0]
            for (start, end), stands_for in anaphora(doc).items()
            if stands_for
            for index in range(start, end)
        }
        self._ents = [ent for ent in doc.ents if ent.label_ in _SPEAKING]
        self._starts = [ent.start for ent in self._ents]
        self._by_token = {index: ent for ent in self._ents for index in range(ent.start, ent.end)}
        self._last: Span | None = None

    def mention(self, head: Token) -> Span | None:
        """The mention for the phrase headed by ``head``, or None."""
        found = self._named(head) or self._anaphoric(head)
        if found is not None:
            self._last = found
        return found

    def of_phrase(self, start: int, end: int) -> Span | None:
        """The best mention within a stretch of tokens: a person before a country or an organisation."""
        inside = [self._by_token[i] for i in range(start, min(end, len(self._doc))) if i in self._by_token]
        return next((ent for ent in inside if ent.label_ == "PERSON"), inside[0] if inside else None)

    def interviewed(self, before: int) -> Span | None:
        """Who answers in an interview: the person named first, unless he is said to talk to another."""
        people = [ent for ent in self._ents if ent.label_ == "PERSON" and ent.start < max(before, LEAD)]
        for first in people:
            verb = first.root.head
            others = [ent for ent in people if ent.sent.start == first.sent.start and ent.kb_id_ != first.kb_id_]
            asks = first.root.dep_ in SUBJECTS and verb.lemma_ in ("speak", "talk", "meet", "ask", "interview", "sit")
            by = first.root.dep_ == "pobj" and first.root.head.lower_ in ("of", "by")
            return others[0] if others and (asks or by) else first
        return None

    def guest(self, sentence: Span) -> Span | None:
        """Who is interviewed, by the sentence that says so."""
        named = self.of_phrase(sentence.start, sentence.end)
        if named is not None and named.label_ == "PERSON":
            return named
        return next((ent for ent in self._ents if ent.label_ == "PERSON" and ent.start < LEAD), None)

    def _named(self, head: Token) -> Span | None:
        if head.i in self._by_token and self._by_token[head.i].label_ == "PERSON":
            return self._by_token[head.i]
        close: list[Token] = []
        for child in head.children:
            if child.dep_ in ("appos", "compound", "nmod", "flat", "amod", "poss", "nummod"):
                close.append(child)
                if child.dep_ == "appos":
                    close += [t for t in child.subtree if t.dep_ in ("compound", "amod", "poss")]
        people = [
            self._by_token[t.i] for t in close if t.i in self._by_token and self._by_token[t.i].label_ == "PERSON"
        ]
        if people:
            return people[-1]
        if head.i in self._by_token:
            return self._by_token[head.i]
        for child in head.children:
            if child.dep_ == "prep" and child.lower_ in ("of", "for", "from", "at", "in", "with"):
                for word in child.children:
                    if word.dep_ == "pobj" and (found := self._named(word)) is not None:
                        return found
        for word in close:
            if word.i in self._by_token:
                return self._by_token[word.i]
            for inner in word.children:
                if inner.i in self._by_token and inner.dep_ in ("compound", "amod", "poss", "nmod"):
                    return self._by_token[inner.i]
        return None

    def _title(self, head: Token) -> Span | None:
        """Who just spoke, for "the president of Venezuela" after his name."""
        last = self._last
        if last is None or last.label_ != "PERSON" or self._groups.get(head.lower_) != "PERSON" or not _definite(head):
            return None
        if any(child.dep_ == "appos" and child.ent_type_ == "PERSON" for child in head.children):
            return None
        previous = self._doc[head.sent.start - 1].sent.start if head.sent.start else 0
        return last if last.start >= previous else None

    def _anaphoric(self, head: Token) -> Span | None:
        if head.i in self._resolved:
            return self._by_token.get(self._resolved[head.i][0])
        lower = head.lower_
        if lower in ("who", "which", "that"):
            return self._named(head.head.head) if head.head.dep_ == "relcl" else None
        if lower in ("it", "they"):
            if self._last is not None and self._last.label_ != "PERSON":
                return self._last
            return self._before(head, ("ORG", "COUNTRY"))
        if lower in ("he", "she"):
            return self._person(head)
        if any(child.dep_ == "poss" and child.lower_ in ("its", "their") for child in head.lefts):
            return self._before(head, ("ORG", "COUNTRY"))
        label = self._groups.get(lower)
        if label is None or not _definite(head):
            return None
        if label == "PERSON":
            return self._person(head)
        if label == "ORG":
            return self._before(head, ("ORG",), lower) or self._before(head, ("ORG", "COUNTRY"))
        return self._before(head, (label,))

    def _person(self, head: Token) -> Span | None:
        """The person for "he" or "the minister": who is told of in the sentence before, else who spoke last."""
        start = head.sent.start
        near: list[Span] = []
        for ent in self._backwards(head):
            if ent.start < start - _NEAR:
                break
            if ent.label_ == "PERSON":
                near.append(ent)
        here = [ent for ent in near if ent.start >= start and ent.root.dep_ in SUBJECTS and ent.root.head != head.head]
        if here:
            return here[-1]
        last = self._last if self._last is not None and self._last.label_ == "PERSON" else None
        previous = self._doc[start - 1].sent.start if start else 0
        told = [ent for ent in near if previous <= ent.start < start]
        if last is not None and any(ent.kb_id_ == last.kb_id_ and last.kb_id_ for ent in told):
            return last
        subjects = [
            ent for ent in told if ent.root.dep_ in SUBJECTS and ent.root.head.dep_ in ("ROOT", "ccomp", "conj")
        ]
        if subjects:
            return subjects[-1]
        if last is not None and last.start >= start - _NEAR:
            return last
        return told[0] if told else last or (near[0] if near else None)

    def _backwards(self, head: Token) -> Iterator[Span]:
        """The mentions before ``head``, the nearest first."""
        for position in range(bisect_left(self._starts, head.i) - 1, -1, -1):
            yield self._ents[position]

    def _before(self, head: Token, labels: tuple[str, ...], word: str = "") -> Span | None:
        """The nearest earlier mention of these labels, a subject by preference; ``word`` must stand in its text."""
        candidate: Span | None = None
        for ent in self._backwards(head):
            if ent.label_ in labels and word in ent.text.lower():
                if ent.root.dep_ in SUBJECTS:
                    return ent
                candidate = candidate or ent
            if ent.start < head.i - (_FAR_NAME if word else _NEAR):
                break
        return candidate


def _definite(head: Token) -> bool:
    return any(child.dep_ == "det" and child.lower_ in ("the", "this", "that") for child in head.lefts)


def subject_of(verb: Token, passive: bool = False) -> Token | None:
    """Who speaks: the subject, the agent of a passive, or the subject of what governs the verb."""
    for child in verb.children:
        if child.dep_ == "agent":
            return next(iter(child.rights), None)
    if passive and verb.lemma_ not in ("quote", "cite"):
        return None
    quoted = any(child.dep_ == "ccomp" and child.i < verb.i for child in verb.lefts)
    if quoted and not any(child.dep_ in SUBJECTS for child in verb.children):
        inverted = next((child for child in verb.rights if child.dep_ in ("dobj", "attr", "oprd")), None)
        if inverted is not None:
            return inverted  # "…," welcomed the minister
    node = verb
    for _ in range(6):
        subject = next((child for child in node.children if child.dep_ in SUBJECTS), None)
        if subject is not None:
            return subject
        through = node.dep_ == "prep" and node.head.pos_ == "VERB"
        if through or node.dep_ in ("xcomp", "conj", "advcl", "pcomp", "ccomp"):
            node = node.head
        elif node.dep_ in ("acl", "relcl"):
            return node.head
        else:
            return None
    return None


def token_span(ent: Span | None) -> TokenSpan | None:
    """The token span of a mention, if there is one."""
    return (ent.start, ent.end) if ent is not None else None
