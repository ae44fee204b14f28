"""Who says so: the statements of a Doc with their speakers, and the speakers of one relation.

A statement is a stretch of tokens that somebody is said to state: the clause under "said", what stands between
quotation marks, the sentence of "according to", the paragraph behind "MR. BOUCHER:". They nest; the innermost one
with a named speaker gives the source of a relation whose word lies inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.state import TokenSpan, anaphora

__all__ = ["Attribution", "Speakers", "Statement", "attribute", "find_statements"]

SPEAKING = ("PERSON", "COUNTRY", "ORG")
_OPENING = {"“": "”", "«": "»", "„": "“", "‘‘": "’’", "``": "''", "‘": "’"}
_QUOTES = {'"', "“", "”", "«", "»", "„", "``", "''", "‘‘", "’’"}
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_TURN = re.compile(r"(?:^|\n)[ \t*>•\-–—]*((?:[^\s:]+[ \t]+){0,9}[^\s:]+)[ \t]*:(?=\s)")
_QUESTION = re.compile(r"(?i)(q|question|interviewer|reporter|host|moderator)\b")
_ANSWER = re.compile(r"(?i)(a|answer|reply|r)\b")
_NEAR = 60  # tokens back in which a pronoun's person is looked for


@dataclass(frozen=True, slots=True)
class Statement:
    """A stretch of tokens that somebody states.

    Attributes:
        start: First token.
        end: Token after the last.
        cue: Token span of the words that attribute it.
        speaker: Token span of the speaker's mention, or None if the speaker has no name.
        kind: "clause", "object", "quote", "according" or "turn".
        verb: Lemma of the attributing word.
    """

    start: int
    end: int
    cue: TokenSpan
    speaker: TokenSpan | None
    kind: str
    verb: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The speakers of one relation, the outermost first; the last one is its source."""

    chain: tuple[TokenSpan, ...] = ()
    cue: TokenSpan | None = None

    @property
    def source(self) -> TokenSpan | None:
        """The innermost named speaker."""
        return self.chain[-1] if self.chain else None


class Speakers:
    """Finds the mention that a speaker's phrase stands for; keeps who spoke last."""

    def __init__(self, doc: Doc, lexicon: Lexicon) -> None:
        self._doc = doc
        self._groups = {word: label for label, words in lexicon.cues.group_nouns.items() for word in words}
        self._resolved: Mapping[TokenSpan, list[TokenSpan]] = anaphora(doc)
        self._ents = [ent for ent in doc.ents if ent.label_ in SPEAKING]
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

    def _named(self, head: Token) -> Span | None:
        if head.i in self._by_token and self._by_token[head.i].label_ == "PERSON":
            return self._by_token[head.i]
        close: list[Token] = []
        for child in head.children:
            if child.dep_ in ("appos", "compound", "nmod", "flat", "amod", "poss", "nummod"):
                close.append(child)
                if child.dep_ == "appos":
                    close += [t for t in child.subtree if t.dep_ in ("compound", "amod", "poss")]
        people = [self._by_token[t.i] for t in close if t.i in self._by_token and self._by_token[t.i].label_ == "PERSON"]
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

    def _anaphoric(self, head: Token) -> Span | None:
        for (start, end), stands_for in self._resolved.items():
            if start <= head.i < end and stands_for:
                first = stands_for[0]
                return self._by_token.get(first[0])
        lower = head.lower_
        label = self._groups.get(lower) or self._groups.get(head.lemma_.lower())
        if lower in ("it", "they", "which", "who", "that"):
            if lower in ("who", "which", "that") and head.head.dep_ == "relcl":
                return self._named(head.head.head)
            if self._last is not None and self._last.label_ != "PERSON":
                return self._last
            return self._before(head, ("ORG", "COUNTRY"))
        if label == "PERSON":
            if self._last is not None and self._last.label_ == "PERSON" and self._recent(head):
                return self._last
            return self._before(head, ("PERSON",)) if lower in ("he", "she", "his", "her") or _definite(head) else None
        return self._before(head, (label,)) if label and _definite(head) else None

    def _recent(self, head: Token) -> bool:
        """Whether the last speaker is still the last person named as the subject of a clause."""
        last = self._last
        assert last is not None
        for ent in reversed(self._ents):
            if ent.start >= head.i or ent.label_ != "PERSON":
                continue
            if ent.start <= last.start:
                return True
            if ent.root.dep_ in _SUBJECTS and ent.kb_id_ != last.kb_id_ and ent.sent.start < head.sent.start:
                return False
        return True

    def _before(self, head: Token, labels: tuple[str | None, ...]) -> Span | None:
        candidate: Span | None = None
        for ent in reversed(self._ents):
            if ent.start >= head.i:
                continue
            if ent.label_ in labels:
                if ent.root.dep_ in _SUBJECTS:
                    return ent
                candidate = candidate or ent
            if ent.start < head.i - _NEAR:
                break
        return candidate


def _definite(head: Token) -> bool:
    return any(child.dep_ == "det" and child.lower_ in ("the", "this", "that") for child in head.lefts)


def find_statements(doc: Doc, lexicon: Lexicon) -> list[Statement]:
    """All statements of a Doc, in no order; one pass over the text."""
    speakers = Speakers(doc, lexicon)
    found: list[Statement] = []
    by_sentence: dict[int, Statement] = {}
    for sentence in doc.sents:
        for token in sentence:
            for statement in _at(token, sentence, speakers, lexicon):
                found.append(statement)
                if statement.speaker:
                    by_sentence[sentence.start] = statement
    turns = list(_turns(doc, speakers))
    found += turns
    found += _quotes(doc, by_sentence)
    return found


def _at(token: Token, sentence: Span, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    lemma = token.lemma_.lower()
    if token.lower_ in lexicon.cues.according:
        yield from _according(token, sentence, speakers)
    elif token.pos_ == "VERB" and lemma in lexicon.cues.speech_verbs:
        yield from _verb(token, lemma, sentence, speakers, lexicon)
    elif token.pos_ == "NOUN" and lemma in lexicon.cues.speech_nouns:
        for child in token.children:
            if child.dep_ in ("acl", "relcl", "ccomp", "appos") and (speaker := speakers.mention(token)) is not None:
                start, end = _extent(child)
                yield Statement(start, end, (token.i, token.i + 1), (speaker.start, speaker.end), "clause", lemma)


def _according(token: Token, sentence: Span, speakers: Speakers) -> Iterator[Statement]:
    preposition = next((child for child in token.children if child.lower_ == "to"), token)
    name = next((child for child in preposition.children if child.dep_ == "pobj"), None)
    if name is None:
        return
    speaker = speakers.mention(name) or speakers.of_phrase(name.left_edge.i, name.right_edge.i + 1)
    clause = token.head
    start, end = _extent(clause)
    if clause.pos_ not in ("VERB", "AUX") or clause.head == clause:
        start, end = sentence.start, sentence.end
    yield Statement(start, end, (token.i, preposition.i + 1), _span(speaker), "according", "according")


def _verb(verb: Token, lemma: str, sentence: Span, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    passive = any(child.dep_ == "auxpass" for child in verb.lefts)
    subject = _subject(verb, passive)
    contents: list[tuple[Token, str]] = []
    for child in verb.children:
        if child.dep_ in ("ccomp", "xcomp"):
            contents.append((child, "clause"))
        elif child.dep_ == "dobj":
            contents.append((child, "object"))
        elif child.dep_ == "prep" and child.lower_ in ("of", "for", "on", "upon", "as", "with", "against", "about"):
            contents += [(word, "object") for word in child.children if word.dep_ in ("pcomp", "pobj")]
        elif child.dep_ == "advcl" and _purpose(child):
            contents.append((child, "clause"))
    aside = verb.dep_ in ("parataxis", "intj") or (
        verb.dep_ == "advcl" and any(child.lower_ in ("as", "so") and child.dep_ in ("mark", "advmod") for child in verb.lefts)
    )
    if not (contents or aside):
        return
    speaker = _span(speakers.mention(subject)) if subject is not None else None
    if subject is None and passive:
        return  # "is said to have": nobody says so
    cue = (verb.i, verb.i + 1)
    if aside:
        head_start, head_end = _extent(verb.head)
        yield Statement(head_start, head_end, cue, speaker, "clause", lemma)
    for content, kind in contents:
        start, end = _extent(content)
        if start <= verb.i < end or (subject is not None and start <= subject.i < end):
            # "Iran, he said, sold …": the clause runs round its verb; the speaker's own words are not in it
            start, end = min(start, verb.i), max(end, verb.i)
        yield Statement(start, end, cue, speaker, kind, lemma)


def _subject(verb: Token, passive: bool) -> Token | None:
    """Who speaks: the subject, the agent of a passive, or the subject of what governs the verb."""
    for child in verb.children:
        if child.dep_ == "agent":
            return next(iter(child.rights), None)
    node = verb
    for _ in range(6):
        subject = next((child for child in node.children if child.dep_ in _SUBJECTS), None)
        if subject is not None:
            if passive and node == verb and verb.lemma_ not in ("quote", "cite"):
                return None
            return subject
        if node.dep_ in ("xcomp", "conj", "advcl", "pcomp", "ccomp"):
            node = node.head
        elif node.dep_ == "prep" and node.head.pos_ == "VERB":
            node = node.head
        elif node.dep_ in ("acl", "relcl"):
            return node.head
        else:
            return None
    return None


def _purpose(clause: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in clause.lefts)


def _extent(head: Token) -> TokenSpan:
    return head.left_edge.i, head.right_edge.i + 1


def _span(ent: Span | None) -> TokenSpan | None:
    return (ent.start, ent.end) if ent is not None else None


def _turns(doc: Doc, speakers: Speakers) -> Iterator[Statement]:
    """Paragraphs of a transcript: "MR. BURNS: …" up to the next speaker's line."""
    marks: list[tuple[int, TokenSpan, TokenSpan | None]] = []
    for match in _TURN.finditer(doc.text):
        span = doc.char_span(match.start(1), match.end(1), alignment_mode="expand")
        if span is None:
            continue
        label = match.group(1)
        speaker = speakers.of_phrase(span.start, span.end)
        if speaker is None and not (_QUESTION.fullmatch(label) or _ANSWER.fullmatch(label)):
            continue
        marks.append((span.end, (span.start, span.end), _span(speaker)))
    for position, (start, cue, speaker_span) in enumerate(marks):
        end = marks[position + 1][1][0] if position + 1 < len(marks) else _paragraph_end(doc, start)
        yield Statement(start, end, cue, speaker_span, "turn", doc[cue[0] : cue[1]].text.lower()[:1])


def _paragraph_end(doc: Doc, start: int) -> int:
    return next((token.i for token in doc[start:] if token.is_space and token.text.count("\n") > 1), len(doc))


def _quotes(doc: Doc, by_sentence: Mapping[int, Statement]) -> Iterator[Statement]:
    """What stands between quotation marks, with the speaker of its own or a neighbouring sentence."""
    sentences = [sentence.start for sentence in doc.sents]
    order = {start: position for position, start in enumerate(sentences)}
    last: Statement | None = None
    for start, end in _quoted(doc):
        if end - start < 4:
            continue
        here = [order[doc[index].sent.start] for index in (start, end - 1)]
        candidates = [*range(here[0], here[1] + 1)]
        statement = next((s for p in candidates if (s := by_sentence.get(sentences[p]))), None)
        if statement is None and here[0] > 0 and doc[start - 2].text in (":", ","):
            statement = by_sentence.get(sentences[here[0] - 1])
        if statement is None and here[1] + 1 < len(sentences):
            nxt = by_sentence.get(sentences[here[1] + 1])
            statement = nxt if nxt and nxt.cue[0] - end < 12 and not _blank_between(doc, end, nxt.cue[0]) else None
        statement = statement or (last if last and not _far(doc, last.cue[0], start) else None)
        if statement is None or statement.speaker is None:
            continue
        if start <= statement.cue[0] < end:
            continue  # the words that attribute stand inside the quotation: another's speech told in it
        last = statement
        yield Statement(start, end, statement.cue, statement.speaker, "quote", statement.verb)


def _far(doc: Doc, cue: int, start: int) -> bool:
    return start - cue > 80


def _blank_between(doc: Doc, start: int, end: int) -> bool:
    return any(token.is_space and "\n" in token.text for token in doc[start:end])


def _quoted(doc: Doc) -> Iterator[TokenSpan]:
    """Token spans inside quotation marks; one left open ends with its paragraph."""
    opened: int | None = None
    closing = ""
    for token in doc:
        text = token.text
        if opened is not None:
            if token.is_space and text.count("\n") > 1:
                yield opened, token.i
                opened = None
            elif text == closing or (closing in ('"', "''", "”") and text in ('"', "''", "”")):
                yield opened, token.i
                opened = None
        elif text in _OPENING:
            opened, closing = token.i + 1, _OPENING[text]
        elif text == '"':
            opened, closing = token.i + 1, '"'
    if opened is not None:
        yield opened, len(doc)


def attribute(statements: list[Statement], trigger: int) -> Attribution:
    """The speakers of the relation that the word at ``trigger`` states.

    Args:
        statements: The Doc's statements (`find_statements`).
        trigger: Index of the trigger's head token.
    """
    around = [s for s in statements if s.start <= trigger < s.end and not s.cue[0] <= trigger < s.cue[1]]
    around.sort(key=lambda s: (s.start - s.end, s.cue))
    chain: list[TokenSpan] = []
    cue: TokenSpan | None = None
    for statement in around:
        if statement.speaker is None:
            continue
        if statement.speaker not in chain:
            chain.append(statement.speaker)
        cue = statement.cue
    return Attribution(tuple(chain), cue)
