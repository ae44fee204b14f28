"""Between records and spaCy Docs: cutting long texts, making Docs whose text is the article's, and the way back.

`pieces` and `make_doc` keep every character, so an offset in a Doc plus the start of its piece is an offset in the
article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from spacy.language import Language
from spacy.tokens import Doc

from entityrel.corpus.boilerplate import boilerplate, mark
from entityrel.pipeline.state import relations, span_mention
from entityrel.schema import AnnotatedArticle, Article, Mention, Record, Relation, Span

__all__ = ["MAX_PIECE", "is_long", "make_doc", "make_docs", "pieces", "record"]

#: Longer texts are annotated in pieces (characters): the memory of a parser grows with the length.
MAX_PIECE = 50_000
#: Where a long text may be cut, the best first: paragraphs, lines, ends of sentences, spaces.
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?…][\"'”’)]*\s"), re.compile(r"\s"))
# spaCy's tokenizer takes time quadratic in the length of a string without a space: 9 s for 10,000 brackets.
_LONG_RUN = re.compile(r"\S{1000,}")
_RUN_PART = 200

AnyRecord = TypeVar("AnyRecord", bound=Record)


def pieces(text: str, limit: int = MAX_PIECE) -> list[tuple[int, int]]:
    """Cut a text into ranges of at most ``limit`` characters, between paragraphs if possible; they join without gaps.

    Example:
        >>> pieces("One.\\n\\nTwo. Three.", limit=12)
        [(0, 6), (6, 17)]
    """
    result = []
    start = 0
    while len(text) - start > limit:
        end = _cut(text, start, start + limit)
        result.append((start, end))
        start = end
    if start < len(text):
        result.append((start, len(text)))
    return result


def _cut(text: str, start: int, stop: int) -> int:
    # Between paragraphs if there is any such place; else not in the first half, where it would give many small pieces.
    for pattern, first in zip(_CUTS, (start, *[(start + stop) // 2] * 3), strict=True):
        if ends := [hit.end() for hit in pattern.finditer(text, first, stop) if hit.end() > start]:
            return ends[-1]
    return stop


def make_doc(nlp: Language, text: str) -> Doc:
    """Tokenize ``text``; like ``nlp.make_doc``, but in reasonable time for any text."""
    if not _LONG_RUN.search(text):
        return nlp.make_doc(text)
    parts = []
    end = 0
    for run in _LONG_RUN.finditer(text):
        parts.append(text[end : run.start()])
        parts += [text[at : min(at + _RUN_PART, run.end())] for at in range(run.start(), run.end(), _RUN_PART)]
        end = run.end()
    parts.append(text[end:])
    tokens = [token for part in parts if part for token in nlp.make_doc(part)]
    return Doc(nlp.vocab, words=[token.text for token in tokens], spaces=[bool(token.whitespace_) for token in tokens])


def is_long(nlp: Language, article: Article) -> bool:
    """Whether the article is annotated in several pieces."""
    return len(article.text) > _limit(nlp)


def make_docs(nlp: Language, article: Article) -> Iterator[Doc]:
    """The Docs of an article's pieces, not yet annotated; none for a text without any visible character.

    The date and the title go to ``doc.user_data["entityrel"]``, where components look for them.
    """
    for start, end in pieces(article.text, _limit(nlp)):
        text = article.text[start:end]
        if text.isspace():
            continue
        doc = make_doc(nlp, text)
        doc.user_data["entityrel"] = {"article_date": article.date, "title": article.title}
        # Not under "entityrel", which belongs to the components.
        doc.user_data["entityrel_offset"] = start
        yield doc


def _limit(nlp: Language) -> int:
    return min(MAX_PIECE, nlp.max_length)


def record(article: Article, docs: Iterable[Doc]) -> AnnotatedArticle:
    """The annotated record of an article from the annotated Docs of its pieces; each Doc is needed only once.

    A statement that several pieces make counts once (SCHEMA.md, section 2): the first is kept. Statements in
    boilerplate get a note (`entityrel.corpus.boilerplate`).
    """
    mentions: list[Mention] = []
    stated: dict[tuple[object, ...], Relation] = {}
    for piece, doc in enumerate(docs):
        offset = doc.user_data["entityrel_offset"]
        mentions += (_moved(span_mention(ent), offset) for ent in doc.ents)
        earlier = set(stated)
        for number, item in enumerate(relations(doc)):
            key = _statement(item)
            if key not in earlier:
                # Within a piece the merger has decided what is one statement and what are two.
                stated[(*key, piece, number) if key in stated else key] = _moved(item, offset)
    fields = {name: getattr(article, name) for name in Article.model_fields}
    marked = boilerplate(article.text)
    if marked:
        fields["meta"] = {**article.meta, "boilerplate": [[part.start, part.end, part.kind] for part in marked]}
    return AnnotatedArticle(**fields, entities=tuple(mentions), relations=mark(tuple(stated.values()), marked))


def _statement(item: Relation) -> tuple[object, ...]:
    arguments = ((item.label, item.id) if item else None for item in (item.subject, item.object, item.recipient))
    return (item.predicate, *arguments, item.polarity, item.modality)


def _moved(item: AnyRecord, by: int) -> AnyRecord:
    """A record with all spans in it moved by a number of characters."""
    if not by:
        return item
    changes: dict[str, Any] = {}
    if isinstance(item, Span):
        changes |= {"start": item.start + by, "end": item.end + by}
    for name in type(item).model_fields:
        value = getattr(item, name)
        if isinstance(value, Record):
            changes[name] = _moved(value, by)
        elif isinstance(value, tuple):
            changes[name] = tuple(_moved(part, by) if isinstance(part, Record) else part for part in value)
        elif isinstance(value, Mapping):
            changes[name] = {key: _moved(part, by) if isinstance(part, Record) else part for key, part in value.items()}
    return item.model_copy(update=changes)
