"""Who says so: the statements of a Doc with their speakers, and the speakers of one relation.

A statement is a stretch of tokens that somebody is said to state: the clause under "said", the sentence of
"according to", and what `quotations` finds by layout. Statements nest; the innermost one with a named speaker gives
the source of a relation whose word lies inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from spacy.tokens import Doc, Span, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.quotations import printed_statements, quotations, turns
from entityrel.pipeline.speakers import SUBJECTS, Speakers, Statement, subject_of, token_span
from entityrel.pipeline.state import TokenSpan

__all__ = ["Attribution", "Statements", "find_statements"]

_PREPOSITIONS = frozenset({"of", "for", "on", "upon", "as", "with", "about"})
_BLOCK = 32  # tokens; a relation is looked up among the statements of its block


@dataclass(frozen=True, slots=True)
class Attribution:
    """The speakers of one relation, the outermost first; the last one is its source."""

    chain: tuple[TokenSpan, ...] = ()
    cue: TokenSpan | None = None

    @property
    def source(self) -> TokenSpan | None:
        """The innermost named speaker."""
        return self.chain[-1] if self.chain else None


class Statements:
    """The statements of a Doc, for look-up by token."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._blocks: dict[int, list[Statement]] = {}
        for statement in statements:
            for block in range(statement.start // _BLOCK, max(statement.end - 1, statement.start) // _BLOCK + 1):
                self._blocks.setdefault(block, []).append(statement)

    def attribute(self, trigger: int) -> Attribution:
        """The speakers of the relation that the word at index ``trigger`` states."""
        around = [
            s
            for s in self._blocks.get(trigger // _BLOCK, ())
            if s.start <= trigger < s.end and (s.kind == "self" or not s.cue[0] <= trigger < s.cue[1])
        ]
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


def find_statements(doc: Doc, lexicon: Lexicon) -> list[Statement]:
    """All statements of a Doc, in no order; one pass over the text."""
    speakers = Speakers(doc, lexicon)
    found: list[Statement] = []
    by_sentence: dict[int, Statement] = {}
    for token in _attributing(doc, lexicon):
        sentence = token.sent
        for statement in _at(token, sentence, speakers, lexicon):
            found.append(statement)
            if statement.speaker:
                by_sentence[sentence.start] = statement
    lines = _lines(doc)
    found += _elaborations(doc, by_sentence, lines, lexicon)
    found = [_clipped(statement, lines) for statement in found]
    found += turns(doc, speakers, lexicon)
    found += printed_statements(doc, speakers, lexicon)
    found += quotations(doc, by_sentence, speakers, lexicon)
    return found


def _attributing(doc: Doc, lexicon: Lexicon) -> Iterator[Token]:
    """The tokens at which `_at` may find something: few, and an array tells them much faster than the tokens do."""
    strings, cues = doc.vocab.strings, lexicon.cues
    wanted: dict[tuple[int, ...], bool] = {}
    for i, key in enumerate(map(tuple, doc.to_array(["LOWER", "LEMMA", "POS"]).tolist())):
        if key not in wanted:
            lower, lemma, pos = (strings[value] for value in key)
            words = {"VERB": cues.attributing, "NOUN": cues.speech_nouns}.get(pos, ())
            wanted[key] = lower in cues.according or lemma.lower() in words
        if wanted[key]:
            yield doc[i]


def _elaborations(
    doc: Doc, by_sentence: dict[int, Statement], lines: list[int], lexicon: Lexicon
) -> Iterator[Statement]:
    """Sentences that go into detail of the one before ("In particular, …"): they have its speaker."""
    before: Statement | None = None
    for sentence in doc.sents:
        own = by_sentence.get(sentence.start)
        opening = " ".join(token.lower_ for token in sentence[:3])
        goes_on = own is None and before is not None and opening.startswith(tuple(lexicon.cues.elaborating))
        if goes_on and before is not None and lines[sentence.start] == lines[before.start]:
            before = replace(before, start=sentence.start, end=sentence.end)
            yield before
        else:
            before = own


def _lines(doc: Doc) -> list[int]:
    """The number of the paragraph or list item of each token; a line break within a sentence does not count."""
    behind = np.zeros(len(doc) + 1, np.int64)
    for i in np.flatnonzero(doc.to_array(["IS_SPACE"])).tolist():
        breaks = doc[i].text.count("\n")
        behind[i + 1] = breaks > 1 or (breaks == 1 and not (i and not doc[i - 1].is_punct))
    numbers: list[int] = np.cumsum(behind[:-1]).tolist()
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
    """The speaker of "by Moscow's account", "in the words of Mette Frederiksen", "to the Panel's knowledge"."""
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
        subject = next((child for child in preposition.head.lefts if child.dep_ in SUBJECTS), None)
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
    yield Statement(start, end, (token.i, preposition.i + 1), token_span(speaker), "according", "according")


def _verb(verb: Token, lemma: str, sentence: Span, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    passive = any(child.dep_ == "auxpass" for child in verb.lefts)
    subject = subject_of(verb, passive)
    contents: list[tuple[Token, str]] = []
    for child in verb.children:
        if child.dep_ == "ccomp" and _semicolon_between(child, verb):
            continue  # "Armenia accused Turkey; Ankara rejected the charge": a sentence of its own
        if child.dep_ == "ccomp" and not _bare(child) and lemma in lexicon.cues.speech_verbs:
            contents.append((child, "clause"))
        elif lemma in lexicon.cues.infinitive_speech_verbs and (
            child.dep_ in ("ccomp", "xcomp") or (child.dep_ == "advcl" and _purpose(child))
        ):
            contents.append((child, "infinitive"))
        elif child.dep_ == "dobj" and lemma in lexicon.cues.object_speech_verbs:
            contents.append((child, "object"))
        elif child.lower_ in _PREPOSITIONS and child.dep_ == "prep" and lemma in lexicon.cues.object_speech_verbs:
            contents += [(word, "object") for word in child.children if word.dep_ in ("pcomp", "pobj")]
    aside = verb.dep_ in ("parataxis", "intj") or (
        verb.dep_ == "advcl"
        and any(child.lower_ in ("as", "so") and child.dep_ in ("mark", "advmod") for child in verb.lefts)
    )
    if verb.dep_ in ("acl", "relcl") and verb.tag_ == "VBD" and not contents and _ends_sentence(verb, sentence):
        # "…, the press service reported." hung on the words before it
        aside = True
    inserted = not contents and subject is not None and _inserted(verb, subject)
    aside = (aside or inserted) and lemma in lexicon.cues.speech_verbs
    speaker = token_span(speakers.mention(subject)) if subject is not None else None
    cue = (verb.i, verb.i + 1)
    if speaker is not None and lemma in lexicon.cues.requests | lexicon.cues.speech_verbs:
        yield Statement(*cue, cue, speaker, "self", lemma)
    if subject is None and passive:
        return  # "is said to have": nobody says so
    if aside:
        head_start, head_end = _extent(verb.head)
        if inserted or verb.dep_ in ("acl", "relcl"):
            head_start, head_end = sentence.start, verb.i
        yield Statement(head_start, head_end, cue, speaker, "clause", lemma)
    for content, kind in contents:
        start, end = _extent(content)
        if start <= verb.i < end or (subject is not None and start <= subject.i < end):
            # "Iran, he said, sold …": the clause runs round its verb; the speaker's own words are not in it
            start, end = min(start, verb.i), max(end, verb.i)
        yield Statement(start, end, cue, speaker, kind, lemma)


def _ends_sentence(verb: Token, sentence: Span) -> bool:
    return all(token.is_punct or token.is_space for token in sentence.doc[verb.i + 1 : sentence.end])


def _inserted(verb: Token, subject: Token) -> bool:
    """Whether a clause between commas says who says what stands before: "…, a French officer alleged, but …"."""
    doc, first = verb.doc, subject.left_edge.i
    if subject.i > verb.i or first <= verb.sent.start or verb.i + 1 >= len(doc):
        return False
    joined = (verb.dep_ == "conj" and subject.head == verb) or (verb.dep_ == "acl" and subject.dep_ == "appos")
    return joined and verb.tag_ in ("VBD", "VBN") and doc[first - 1].text == doc[verb.i + 1].text == ","


def _semicolon_between(clause: Token, verb: Token) -> bool:
    """Whether a semicolon parts a clause from the verb after it, outside quotation marks."""
    if clause.i > verb.i:
        return False
    between = {token.text for token in verb.doc[clause.i + 1 : verb.i]}
    return ";" in between and not between & {'"', "”", "''"}


def _bare(clause: Token) -> bool:
    """Whether a clause has no finite verb: "urged Spain to send", "denied selling"."""
    helped = any(child.dep_ in ("aux", "auxpass") and child.lower_ != "to" for child in clause.lefts)
    return not helped and clause.tag_ in ("VB", "VBG", "VBN")


def _purpose(clause: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in clause.lefts)


def _extent(head: Token) -> TokenSpan:
    return head.left_edge.i, head.right_edge.i + 1
