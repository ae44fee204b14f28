"""The statements of an article as a table for the terminal."""

from __future__ import annotations

import re

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entityrel.graph.flatten import clean_text
from entityrel.schema import AnnotatedArticle, Relation
from entityrel.view.words import qualification, shorten

__all__ = ["statements_table"]

_EVIDENCE = 160  # characters, two lines of a wide terminal and four of a narrow one


def statements_table(article: AnnotatedArticle, *, width: int = 100, evidence: bool = True) -> Table:
    """The statements of an article, one a row, to be printed by a `rich.console.Console`.

    A statement stands with what qualifies it under it: polarity and modality where they are not plain, who says so,
    quantity and date; the evidence stands beside it, or under it where the terminal is narrow.

    Args:
        article: An annotated article.
        width: Columns of the terminal; below 100 the evidence goes under the statement.
        evidence: Whether to show the evidence at all.

    Returns:
        A table; the caption counts the statements.

    Example:
        >>> from rich.console import Console
        >>> Console(width=80).print(statements_table(AnnotatedArticle(id="a1", text="Nothing."), width=80))
        a1
        no statements
    """
    wide = evidence and width >= 100
    count = len(article.relations)
    caption = f"{count} statement{'s' * (count != 1)}" if count else "no statements"
    title = " · ".join(filter(None, (article.id, article.date, article.title)))
    table = Table(
        title=Text(clean_text(title), style="bold"),
        caption=Text(caption),
        title_justify="left",
        caption_justify="left",
        box=box.HORIZONTALS if count else None,
        show_header=wide and count > 0,
        show_lines=True,
        pad_edge=False,
    )
    table.add_column("statement", ratio=1, overflow="fold")
    if wide:
        table.add_column("evidence", ratio=1, overflow="fold")
    for relation in article.relations:
        statement = _statement(relation)
        said = _evidence(relation, article)
        if wide:
            table.add_row(statement, said)
        else:
            under: list[RenderableType] = [statement, said] if evidence else [statement]
            table.add_row(Group(*under))
    return table


def _statement(relation: Relation) -> Text:
    text = Text(clean_text(str(relation)), style="bold")
    qualified = qualification(relation)
    details = [
        (qualified, "red" if relation.polarity == "negated" else "yellow"),
        (f"according to {relation.source}" if relation.source else "", "cyan"),
        (relation.quantity or "", "magenta"),
        (relation.date or "", "green"),
    ]
    shown = [Text(" ".join(clean_text(word).split()), style=f"not bold {style}") for word, style in details if word]
    return Text("\n").join([text, Text(" · ", style="not bold").join(shown)]) if shown else text


def _evidence(relation: Relation, article: AnnotatedArticle) -> Text:
    """The evidence on few lines, around the arguments that it holds, which are underlined."""
    sentence, first = article.evidence(relation), relation.evidence.start
    inside = [
        (mention.start - first, mention.end - first)
        for role, mention in relation.mentions()
        if role != "source" and relation.evidence.start <= mention.start and mention.end <= relation.evidence.end
    ]
    start = min((each[0] for each in inside), default=0)
    end = max((each[1] for each in inside), default=0)
    text = Text(shorten(sentence, start, end, _EVIDENCE), style="dim")
    words = {" ".join(clean_text(sentence[a:b]).split()) for a, b in inside} - {""}
    if words:
        pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        text.highlight_regex(rf"(?<!\w)(?:{pattern})(?!\w)", style="not dim underline")
    return text
