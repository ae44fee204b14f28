"""Who says so: the statements of a Doc with their speakers, and the speakers of one relation.

A statement is a stretch of tokens that somebody is said to state: the clause under "said", what stands between
quotation marks, the sentence of "according to", the paragraph behind "MR. BOUCHER:". They nest; the innermost one
with a named speaker gives the source of a relation whose word lies inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.state import TokenSpan, anaphora

__all__ = ["Attribution", "Speakers", "Statement", "attribute", "find_statements"]

SPEAKING = ("PERSON", "COUNTRY", "ORG")
_OPENING = {"“": "”", "«": "»", "„": "“", "‘‘": "’’", "``": "''", "‘": "’"}
_QUOTES = {'"', "“", "”", "«", "»", "„", "``", "''", "‘‘", "’’"}
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_TURN = re.compile(r"(?:^|\n)[ \t*>•\-–—]*((?:[^\s:]+[ \t]+){0,9}[^\s:]+)[ \t]*:(?=\s)")
_QUESTION = re.compile(r"(?:^|\s)[*]*((?:Q|Question|QUESTION|HOST|Host|PRESENTER|MODERATOR)[.:])", re.MULTILINE)
_ANSWER = re.compile(r"(?:^|\s)[*]*((?:A|Answer|ANSWER|GUEST|Guest)[.:])", re.MULTILINE)
_QUESTION_LINE = re.compile(r"\n[*_ ]*([A-Z][^\n]{8,250}\?)[*_]*(?=\n| [A-Z\"“])")
_FIRST_PERSON = frozenset({"i", "we", "our", "us", "my", "me"})
_ANSWERING = 0.15  # share of sentences in the first person from which on the questions are put to somebody
_BULLETS = frozenset("-–—*•>")
_LEAD = 120  # tokens in which an interview names its guest
_QUESTIONS = 4  # lines with questions from which on a text is an interview
_TRANSCRIPT = 4  # speakers' lines from which on a text is a transcript
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

    def interviewed(self, before: int) -> Span | None:
        """Who answers in an interview: the person named first, unless he is said to talk to another."""
        people = [ent for ent in self._ents if ent.label_ == "PERSON" and ent.start < max(before, _LEAD)]
        for first in people:
            verb = first.root.head
            others = [ent for ent in people if ent.sent.start == first.sent.start and ent.kb_id_ != first.kb_id_]
            asks = first.root.dep_ in _SUBJECTS and verb.lemma_ in ("speak", "talk", "meet", "ask", "interview", "sit")
            by = first.root.dep_ == "pobj" and first.root.head.lower_ in ("of", "by")
            return others[0] if others and (asks or by) else first
        return None

    def guest(self, sentence: Span) -> Span | None:
        """Who is interviewed, by the sentence that says so."""
        named = self.of_phrase(sentence.start, sentence.end)
        if named is not None and named.label_ == "PERSON":
            return named
        return next((ent for ent in self._ents if ent.label_ == "PERSON" and ent.start < _LEAD), None)

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
        for (start, end), stands_for in self._resolved.items():
            if start <= head.i < end and stands_for:
                first = stands_for[0]
                return self._by_token.get(first[0])
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
        """The person that "he" or "the minister" stands for: who is told of in the sentence before, else who spoke last."""
        start = head.sent.start
        near: list[Span] = []
        for ent in reversed(self._ents):
            if ent.start >= head.i or ent.label_ != "PERSON":
                continue
            if ent.start < start - _NEAR:
                break
            near.append(ent)
        here = [ent for ent in near if ent.start >= start and ent.root.dep_ in _SUBJECTS and ent.root.head != head.head]
        if here:
            return here[-1]
        last = self._last if self._last is not None and self._last.label_ == "PERSON" else None
        previous = self._doc[start - 1].sent.start if start else 0
        told = [ent for ent in near if previous <= ent.start < start]
        if last is not None and any(ent.kb_id_ == last.kb_id_ and last.kb_id_ for ent in told):
            return last
        subjects = [ent for ent in told if ent.root.dep_ in _SUBJECTS and ent.root.head.dep_ in ("ROOT", "ccomp", "conj")]
        if subjects:
            return subjects[-1]
        if last is not None and last.start >= start - _NEAR:
            return last
        return told[0] if told else last or (near[0] if near else None)

    def _before(self, head: Token, labels: tuple[str, ...], word: str = "") -> Span | None:
        """The nearest earlier mention of these labels, a subject by preference; ``word`` must stand in its text."""
        candidate: Span | None = None
        for ent in reversed(self._ents):
            if ent.start >= head.i:
                continue
            if ent.label_ in labels and word in ent.text.lower():
                if ent.root.dep_ in _SUBJECTS:
                    return ent
                candidate = candidate or ent
            if ent.start < head.i - (_FAR_NAME if word else _NEAR):
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
    lines = _lines(doc)
    found = [_clipped(statement, lines) for statement in found]
    found += _turns(doc, speakers, lexicon)
    found += _announced(doc, speakers, lexicon)
    found += _quotes(doc, by_sentence, speakers, lexicon)
    return found


def _lines(doc: Doc) -> list[int]:
    """The number of the paragraph or list item of each token; a line break within a sentence does not count."""
    numbers, number = [], 0
    for token in doc:
        numbers.append(number)
        if token.is_space and "\n" in token.text:
            wrapped = token.text.count("\n") == 1 and token.i and not doc[token.i - 1].is_punct
            number += not wrapped
    return numbers


def _clipped(statement: Statement, lines: list[int]) -> Statement:
    """The part of a statement in the paragraph of its attributing words: a sentence may not run over paragraphs."""
    here, start, end = lines[statement.cue[0]], statement.start, statement.end
    while start < end and lines[start] < here:
        start += 1
    while end > start and lines[end - 1] > here:
        end -= 1
    return replace(statement, start=start, end=end)


def _at(token: Token, sentence: Span, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    lemma = token.lemma_.lower()
    if token.lower_ in lexicon.cues.according:
        yield from _according(token, sentence, speakers)
    elif token.pos_ == "VERB" and lemma in lexicon.cues.attributing:
        yield from _verb(token, lemma, sentence, speakers, lexicon)
    elif token.pos_ == "NOUN" and lemma in lexicon.cues.speech_nouns:
        yield from _by_account(token, lemma, sentence, speakers)
        for child in token.children:
            if child.dep_ in ("acl", "relcl", "ccomp", "appos") and (speaker := speakers.mention(token)) is not None:
                start, end = _extent(child)
                yield Statement(start, end, (token.i, token.i + 1), (speaker.start, speaker.end), "clause", lemma)


def _by_account(noun: Token, lemma: str, sentence: Span, speakers: Speakers) -> Iterator[Statement]:
    """"by Moscow's account", "in the words of Mette Frederiksen", "to the Panel's knowledge"."""
    preposition = noun.head
    if noun.dep_ != "pobj" or preposition.lower_ not in ("by", "in", "to") or preposition.dep_ != "prep":
        return
    owner = next((child for child in noun.lefts if child.dep_ == "poss"), None)
    if owner is None:
        of = next((child for child in noun.rights if child.lower_ in ("of", "by")), None)
        owner = next((child for child in of.children if child.dep_ == "pobj"), None) if of is not None else None
    if owner is None:
        return
    if owner.lower_ in ("his", "her", "its", "their"):
        subject = next((child for child in preposition.head.lefts if child.dep_ in _SUBJECTS), None)
        speaker = speakers.mention(subject) if subject is not None else None
    else:
        speaker = speakers.mention(owner)
    if speaker is None:
        return
    start, end = _extent(preposition.head)
    if preposition.head.pos_ not in ("VERB", "AUX"):
        start, end = sentence.start, sentence.end
    yield Statement(start, end, (preposition.i, noun.i + 1), (speaker.start, speaker.end), "according", lemma)


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
        if child.dep_ == "ccomp" and not _bare(child) and lemma in lexicon.cues.speech_verbs:
            contents.append((child, "clause"))
        elif child.dep_ in ("ccomp", "xcomp", "advcl") and lemma in lexicon.cues.infinitive_speech_verbs:
            if child.dep_ != "advcl" or _purpose(child):
                contents.append((child, "infinitive"))
        elif child.dep_ == "dobj" and lemma in lexicon.cues.object_speech_verbs:
            contents.append((child, "object"))
        elif child.dep_ == "prep" and lemma in lexicon.cues.object_speech_verbs:
            if child.lower_ in ("of", "for", "on", "upon", "as", "with", "about"):
                contents += [(word, "object") for word in child.children if word.dep_ in ("pcomp", "pobj")]
    aside = verb.dep_ in ("parataxis", "intj") or (
        verb.dep_ == "advcl"
        and any(child.lower_ in ("as", "so") and child.dep_ in ("mark", "advmod") for child in verb.lefts)
    )
    if verb.dep_ in ("acl", "relcl") and verb.tag_ == "VBD" and not contents and _ends_sentence(verb, sentence):
        # "…, the press service reported." hung on the words before it
        aside = True
    aside = aside and lemma in lexicon.cues.speech_verbs
    if (lemma in lexicon.cues.requests or lemma in lexicon.cues.speech_verbs) and subject is not None and (speaker := speakers.mention(subject)) is not None:
        yield Statement(verb.i, verb.i + 1, (verb.i, verb.i + 1), (speaker.start, speaker.end), "self", lemma)
    if not (contents or aside):
        return
    speaker = _span(speakers.mention(subject)) if subject is not None else None
    if subject is None and passive:
        return  # "is said to have": nobody says so
    cue = (verb.i, verb.i + 1)
    if aside:
        head_start, head_end = _extent(verb.head) if verb.dep_ not in ("acl", "relcl") else (sentence.start, verb.i)
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
    if passive and verb.lemma_ not in ("quote", "cite"):
        return None
    quoted = any(child.dep_ == "ccomp" and child.i < verb.i for child in verb.lefts)
    if quoted and not any(child.dep_ in _SUBJECTS for child in verb.children):
        if (inverted := next((child for child in verb.rights if child.dep_ in ("dobj", "attr", "oprd")), None)) is not None:
            return inverted  # "…," welcomed the minister
    node = verb
    for _ in range(6):
        subject = next((child for child in node.children if child.dep_ in _SUBJECTS), None)
        if subject is not None:
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


def _ends_sentence(verb: Token, sentence: Span) -> bool:
    return all(token.is_punct or token.is_space for token in sentence.doc[verb.i + 1 : sentence.end])


def _bare(clause: Token) -> bool:
    """Whether a clause has no finite verb: "urged Spain to send", "denied selling"."""
    return not any(child.dep_ in ("aux", "auxpass") and child.lower_ != "to" for child in clause.lefts) and clause.tag_ in (
        "VB", "VBG", "VBN"
    )  # fmt: skip


def _purpose(clause: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in clause.lefts)


def _extent(head: Token) -> TokenSpan:
    return head.left_edge.i, head.right_edge.i + 1


def _span(ent: Span | None) -> TokenSpan | None:
    return (ent.start, ent.end) if ent is not None else None


def _turns(doc: Doc, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    """Paragraphs of a transcript: "MR. BURNS: …" up to the next speaker's line; all of an interview."""
    marks: list[tuple[int, TokenSpan, TokenSpan | None]] = []
    questions = _questions(doc)
    opening = _opening(doc, lexicon)
    if questions and (guest := speakers.interviewed(questions[0])) is not None:
        cue = (questions[0], questions[0] + 1)
        yield Statement(questions[0], len(doc), cue, (guest.start, guest.end), "interview")
    elif opening is not None and (guest := speakers.guest(opening.sent)) is not None:
        start = _paragraph_end(doc, opening.i, 1)
        yield Statement(start, len(doc), (opening.i, opening.i + 1), (guest.start, guest.end), "interview")
    for match in _TURN.finditer(doc.text):
        span = doc.char_span(match.start(1), match.end(1), alignment_mode="expand")
        if span is None:
            continue
        if any(token.pos_ in ("VERB", "AUX") for token in span):
            continue  # "SUN 13 — Bush speech expected to …": no speaker's name
        speaker = speakers.of_phrase(span.start, span.end)
        if speaker is None or (speaker.label_ == "COUNTRY" and not _spoken(doc, span.end)):
            continue
        marks.append((span.end, (span.start, span.end), _span(speaker)))
    for position, (start, cue, speaker_span) in enumerate(marks):
        next_mark = marks[position + 1][1][0] if position + 1 < len(marks) else len(doc)
        end = next_mark if len(marks) >= _TRANSCRIPT else min(next_mark, _paragraph_end(doc, start, 1))
        if position + 1 == len(marks):
            end = min(end, _paragraph_end(doc, start, 2))
        yield Statement(start, end, cue, speaker_span, "turn")


def _opening(doc: Doc, lexicon: Lexicon) -> Token | None:
    """The verb by which an interview's first lines introduce it: "spoke to us", "we reached her"."""
    for token in doc[:_LEAD]:
        if token.pos_ == "VERB" and token.lemma_ in lexicon.cues.interviewing:
            for word in token.subtree:
                near = word.head == token or word.head.head == token
                if near and word.lower_ in ("us", "we") and word.dep_ in ("nsubj", "dobj", "pobj", "dative"):
                    return token
    return None


def _questions(doc: Doc) -> list[int]:
    """Where the questions of an interview begin: lines that end with a question mark, or "Q:"; none if they are few."""
    labelled = [match.start(1) for match in _QUESTION.finditer(doc.text)]
    answers = _ANSWER.findall(doc.text)
    plain = [match.start(1) for match in _QUESTION_LINE.finditer(doc.text)]
    found = labelled if len(labelled) >= 2 and len(answers) >= 2 else plain if len(plain) >= _QUESTIONS else []
    if not found or _share_of_first_person(doc) < _ANSWERING:
        return []  # an explainer asks and answers itself
    spans = (doc.char_span(start, start + 1, alignment_mode="expand") for start in found)
    return [span.start for span in spans if span is not None]


def _share_of_first_person(doc: Doc) -> float:
    """The share of sentences that say "I", "me" or "we" outside quotation marks."""
    sentences, spoken, quoted = 0, 0, False
    for sentence in doc.sents:
        sentences += 1
        first = False
        for token in sentence:
            quoted = quoted != (token.text in ('"', "“", "”"))
            first = first or (not quoted and token.lower_ in _FIRST_PERSON)
        spoken += first
    return spoken / max(sentences, 1)


def _announced(doc: Doc, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    """A text behind "released the following statement:", up to the end of the article."""
    for token in doc:
        follows = token.text == "." and token.i and token.nbor(-1).lower_ == "following"
        if not (token.text == ":" or follows) or token.i + 1 >= len(doc) or not doc[token.i + 1].is_space or "\n" not in doc[token.i + 1].text:
            continue
        sentence = token.sent
        for word in sentence:
            if word.lemma_.lower() not in lexicon.cues.announcing or doc[token.i + 2 : token.i + 3].text in _BULLETS:
                continue
            subject = _subject(word if word.pos_ == "VERB" else word.head, False)
            speaker = speakers.mention(subject) if subject is not None and subject.sent.start == sentence.start else None
            speaker = speaker or speakers.of_phrase(sentence.start, sentence.end)
            if speaker is not None:
                yield Statement(token.i + 1, len(doc), (word.i, word.i + 1), (speaker.start, speaker.end), "text")
                return


def _paragraph_end(doc: Doc, start: int, breaks: int) -> int:
    return next((token.i for token in doc[start:] if token.is_space and token.text.count("\n") >= breaks), len(doc))


def _spoken(doc: Doc, start: int) -> bool:
    """Whether what follows "Sofia:" is speech: it is quoted, or says "we"."""
    following = doc[start + 1 : _paragraph_end(doc, start + 1, 1)]
    return any(token.is_quote or token.lower_ in ("we", "our", "us", "i") for token in following[:25])


def _quotes(
    doc: Doc, by_sentence: Mapping[int, Statement], speakers: Speakers, lexicon: Lexicon
) -> Iterator[Statement]:
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
        if statement is None and last is None and doc[start - 2].is_space:
            statement = _read_out(doc, start, speakers, lexicon)
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


def _read_out(doc: Doc, start: int, speakers: Speakers, lexicon: Lexicon) -> Statement | None:
    """The speaker of a quotation that opens a paragraph, from "the statement read by Galo Leoro" before it."""
    for word in reversed(doc[max(0, start - _LEAD // 2) : start]):
        if word.lemma_.lower() in lexicon.cues.announcing and word.pos_ == "NOUN":
            speaker = speakers.of_phrase(word.sent.start, word.sent.end)
            span = (speaker.start, speaker.end) if speaker is not None else None
            return Statement(start, start, (word.i, word.i + 1), span, "quote", word.lemma_.lower())
    return None


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
    around = [s for s in statements if s.start <= trigger < s.end and (s.kind == "self" or not s.cue[0] <= trigger < s.cue[1])]
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
