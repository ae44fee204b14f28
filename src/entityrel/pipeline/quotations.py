"""Speech by its layout: quotation marks, transcripts, interviews, statements printed in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from spacy.tokens import Doc, Token

from entityrel.knowledge.cues import Lexicon
from entityrel.pipeline.speakers import LEAD, Speakers, Statement, subject_of, token_span
from entityrel.pipeline.state import TokenSpan

__all__ = ["printed_statements", "quotations", "turns"]

_OPENING = {"“": "”", "«": "»", "„": "“", "‘‘": "’’", "``": "''", "‘": "’", '"': '"'}
_DOUBLE = ('"', "''", "”")
_TURN = re.compile(r"(?:^|\n)[ \t*>•\-–—]*((?:[^\s:]+[ \t]+){0,9}[^\s:]+)[ \t]*:(?=\s)")
_QUESTION = re.compile(r"(?:^|\s)[*]*((?:Q|Question|QUESTION|HOST|Host|PRESENTER|MODERATOR)[.:])", re.MULTILINE)
_ANSWER = re.compile(r"(?:^|\s)[*]*((?:A|Answer|ANSWER|GUEST|Guest)[.:])", re.MULTILINE)
_QUESTION_LINE = re.compile(r"\n[*_ ]*([A-Z][^\n]{8,250}\?)[*_]*(?=\n| [A-Z\"“])")
_FIRST_PERSON = frozenset({"i", "we", "our", "us", "my", "me"})
_BULLETS = frozenset("-–—*•>")
_ANSWERING = 0.15  # share of sentences in the first person from which on the questions are put to somebody
_QUESTIONS = 4  # lines with questions from which on a text is an interview
_TRANSCRIPT = 4  # speakers' lines from which on a text is a transcript
_SHORTEST = 4  # tokens of the shortest quotation that is a statement
_HELD, _AFTER = 80, 12  # tokens over which a speaker goes on, and within which he is named behind his words


def turns(doc: Doc, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    """Paragraphs of a transcript: "MR. BURNS: …" up to the next speaker's line; all of an interview."""
    marks: list[tuple[int, TokenSpan, TokenSpan | None]] = []
    text = doc.text  # made anew at each access
    questions = _questions(doc, text)
    opening = _opening(doc, lexicon)
    if questions and (guest := speakers.interviewed(questions[0])) is not None:
        cue = (questions[0], questions[0] + 1)
        yield Statement(questions[0], len(doc), cue, (guest.start, guest.end), "interview")
    elif opening is not None and (guest := speakers.guest(opening.sent)) is not None:
        start = _paragraph_end(doc, opening.i, 1)
        yield Statement(start, len(doc), (opening.i, opening.i + 1), (guest.start, guest.end), "interview")
    for match in _TURN.finditer(text):
        span = doc.char_span(match.start(1), match.end(1), alignment_mode="expand")
        if span is None:
            continue
        if any(token.pos_ in ("VERB", "AUX") for token in span):
            continue  # "SUN 13 — Bush speech expected to …": no speaker's name
        speaker = speakers.of_phrase(span.start, span.end)
        if speaker is None or (speaker.label_ == "COUNTRY" and not _spoken(doc, span.end)):
            continue
        marks.append((span.end, (span.start, span.end), token_span(speaker)))
    for position, (start, cue, speaker_span) in enumerate(marks):
        next_mark = marks[position + 1][1][0] if position + 1 < len(marks) else len(doc)
        end = next_mark if len(marks) >= _TRANSCRIPT else min(next_mark, _paragraph_end(doc, start, 1))
        if position + 1 == len(marks):
            end = min(end, _paragraph_end(doc, start, 2))
        yield Statement(start, end, cue, speaker_span, "turn")


def _opening(doc: Doc, lexicon: Lexicon) -> Token | None:
    """The verb by which an interview's first lines introduce it: "spoke to us", "we reached her"."""
    for token in doc[:LEAD]:
        if token.pos_ == "VERB" and token.lemma_ in lexicon.cues.interviewing:
            for word in token.subtree:
                if (
                    token in (word.head, word.head.head)
                    and word.lower_ in ("us", "we")
                    and word.dep_ in ("nsubj", "dobj", "pobj", "dative")
                ):
                    return token
    return None


def _questions(doc: Doc, text: str) -> list[int]:
    """Where the questions of an interview begin: lines with a question mark, or "Q:"; none if they are few."""
    labelled = [match.start(1) for match in _QUESTION.finditer(text)]
    answers = _ANSWER.findall(text)
    plain = [match.start(1) for match in _QUESTION_LINE.finditer(text)]
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


def printed_statements(doc: Doc, speakers: Speakers, lexicon: Lexicon) -> Iterator[Statement]:
    """A text behind "released the following statement:", up to the end of the article."""
    for token in _written(doc, (":", ".")):
        follows = token.text == "." and token.i and token.nbor(-1).lower_ == "following"
        if not (token.text == ":" or follows) or "\n" not in doc[token.i + 1 : token.i + 2].text:
            continue
        sentence = token.sent
        for word in sentence:
            if word.lemma_.lower() not in lexicon.cues.announcing or doc[token.i + 2 : token.i + 3].text in _BULLETS:
                continue
            subject = subject_of(word if word.pos_ == "VERB" else word.head)
            here = subject is not None and subject.sent.start == sentence.start
            speaker = speakers.mention(subject) if here and subject is not None else None
            speaker = speaker or speakers.of_phrase(sentence.start, sentence.end)
            if speaker is not None:
                yield Statement(token.i + 1, len(doc), (word.i, word.i + 1), (speaker.start, speaker.end), "text")
                return


def _written(doc: Doc, texts: Iterable[str], *, spaces: bool = False) -> Iterator[Token]:
    """The tokens with one of these texts, and those of white space if wanted."""
    orth, space = doc.to_array(["ORTH", "IS_SPACE"]).T
    wanted = np.isin(orth, np.array([doc.vocab.strings.add(text) for text in texts], np.uint64))
    if spaces:
        wanted |= space == 1
    return (doc[i] for i in np.flatnonzero(wanted).tolist())


def _paragraph_end(doc: Doc, start: int, breaks: int) -> int:
    return next((token.i for token in doc[start:] if token.is_space and token.text.count("\n") >= breaks), len(doc))


def _spoken(doc: Doc, start: int) -> bool:
    """Whether what follows "Sofia:" is speech: it is quoted, or says "we"."""
    following = doc[start + 1 : _paragraph_end(doc, start + 1, 1)]
    return any(token.is_quote or token.lower_ in ("we", "our", "us", "i") for token in following[:25])


def quotations(
    doc: Doc, by_sentence: Mapping[int, Statement], speakers: Speakers, lexicon: Lexicon
) -> Iterator[Statement]:
    """What stands between quotation marks, with the speaker of its own or a neighbouring sentence."""
    sentences = [sentence.start for sentence in doc.sents]
    order = {start: position for position, start in enumerate(sentences)}
    last: Statement | None = None
    for start, end in _quoted(doc):
        if end - start < _SHORTEST:
            continue
        here = [order[doc[index].sent.start] for index in (start, end - 1)]
        statement = next((s for p in range(here[0], here[1] + 1) if (s := by_sentence.get(sentences[p]))), None)
        before = doc[start - 2] if start > 1 else None
        if statement is None and here[0] > 0 and before is not None and before.text in (":", ","):
            statement = by_sentence.get(sentences[here[0] - 1])
        if statement is None and last is None and before is not None and before.is_space:
            statement = _read_out(doc, start, speakers, lexicon)
        if statement is None and here[1] + 1 < len(sentences):
            behind = by_sentence.get(sentences[here[1] + 1])
            if behind and behind.cue[0] - end < _AFTER and "\n" not in doc[end : behind.cue[0]].text:
                statement = behind
        statement = statement or (last if last and start - last.cue[0] <= _HELD else None)
        if statement is None or statement.speaker is None:
            continue
        if start <= statement.cue[0] < end:
            continue  # the words that attribute stand inside the quotation: another's speech told in it
        last = statement
        yield Statement(start, end, statement.cue, statement.speaker, "quote", statement.verb)


def _read_out(doc: Doc, start: int, speakers: Speakers, lexicon: Lexicon) -> Statement | None:
    """The speaker of a quotation that opens a paragraph, from "the statement read by Galo Leoro" before it."""
    for word in reversed(doc[max(0, start - LEAD // 2) : start]):
        if word.lemma_.lower() in lexicon.cues.announcing and word.pos_ == "NOUN":
            speaker = speakers.of_phrase(word.sent.start, word.sent.end)
            span = (speaker.start, speaker.end) if speaker is not None else None
            return Statement(start, start, (word.i, word.i + 1), span, "quote", word.lemma_.lower())
    return None


def _quoted(doc: Doc) -> Iterator[TokenSpan]:
    """Token spans inside quotation marks; one left open ends with its paragraph."""
    opened: int | None = None
    closing = ""
    for token in _written(doc, (*_OPENING, *_OPENING.values(), *_DOUBLE), spaces=True):
        text = token.text
        if opened is None:
            if text in _OPENING:
                opened, closing = token.i + 1, _OPENING[text]
        elif (token.is_space and text.count("\n") > 1) or text == closing or (closing in _DOUBLE and text in _DOUBLE):
            yield opened, token.i
            opened = None
    if opened is not None:
        yield opened, len(doc)
