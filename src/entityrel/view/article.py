"""An annotated article as a piece of HTML, for notebooks and reports: coloured mentions and a table of statements."""

from __future__ import annotations

from collections.abc import Iterator

from entityrel.graph.nodes import label_colour
from entityrel.schema import AnnotatedArticle, Mention, Relation
from entityrel.view.words import escape, qualification

__all__ = ["article_html", "mark_mentions"]

_CELL = 'style="text-align:left;vertical-align:top;padding:.25em .6em"'
_COLUMNS = ("statement", "polarity, modality", "according to", "quantity", "date", "evidence")


def article_html(article: AnnotatedArticle) -> str:
    """The text with its mentions coloured by label, and a table of the statements under it.

    Everything that comes from the article is escaped; styles are inline, so it looks the same in any notebook.

    Args:
        article: An annotated article, gold or predicted.

    Returns:
        An HTML fragment: one ``<div>``.
    """
    head = " · ".join(filter(None, (article.title, article.date, article.id)))
    text = mark_mentions(article.text, article.entities)
    return (
        '<div style="max-width:60em;line-height:1.6">'
        f'<div style="font-weight:600">{escape(head)}</div>'
        f'<div style="white-space:pre-wrap;margin:.5em 0" dir="auto">{text}</div>'
        f"{_legend(article)}{_table(article)}</div>"
    )


def mark_mentions(text: str, mentions: tuple[Mention, ...], start: int = 0, end: int | None = None) -> str:
    """The escaped characters ``start`` to ``end`` of a text, with a ``<mark>`` around each mention in them.

    Args:
        text: The article's text.
        mentions: Mentions of that text, in any order; of two that overlap, the first is marked.
        start: Where to begin, in characters.
        end: Where to stop; the end of the text by default.
    """
    end = len(text) if end is None else end
    parts: list[str] = []
    position = start
    for mention in sorted(mentions, key=lambda each: (each.start, -each.end)):
        if mention.start < position or mention.end > end or mention.start == mention.end:
            continue
        parts += [escape(text[position : mention.start]), _mark(mention)]
        position = mention.end
    return "".join([*parts, escape(text[position:end])])


def _mark(mention: Mention) -> str:
    colour = label_colour(mention.label)
    about = f"{mention.label} {mention.id}" + (f" ({mention.name})" if mention.name else "")
    style = f"color:inherit;background:{colour}44;border-bottom:2px solid {colour};border-radius:3px;padding:0 .15em"
    return f'<mark style="{style}" title="{escape(about)}">{escape(mention.text)}</mark>'


def _legend(article: AnnotatedArticle) -> str:
    labels = sorted({mention.label for mention in article.entities})
    keys = (
        f'<span style="border-bottom:2px solid {label_colour(label)};margin-right:1em">{escape(label)}</span>'
        for label in labels
    )
    return f'<div style="font-size:85%;margin-bottom:.5em">{"".join(keys)}</div>'


def _table(article: AnnotatedArticle) -> str:
    if not article.relations:
        return "<div><em>No statements were found.</em></div>"
    head = "".join(f"<th {_CELL}>{column}</th>" for column in _COLUMNS)
    rows = "".join(
        "<tr>" + "".join(f'<td {_CELL} dir="auto">{cell}</td>' for cell in _cells(relation, article)) + "</tr>"
        for relation in article.relations
    )
    return f'<table style="border-collapse:collapse;font-size:90%"><tr>{head}</tr>{rows}</table>'


def _cells(relation: Relation, article: AnnotatedArticle) -> Iterator[str]:
    yield escape(str(relation))
    yield escape(qualification(relation))
    yield escape(str(relation.source or ""))
    yield escape(relation.quantity or "")
    yield escape(relation.date or "")
    arguments = tuple(mention for _, mention in relation.mentions())
    yield mark_mentions(article.text, arguments, relation.evidence.start, relation.evidence.end)
