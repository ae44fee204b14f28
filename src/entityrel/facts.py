"""What an article states as having happened, and how much of what it says is held back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from entityrel.schema import AnnotatedArticle, Relation

__all__ = ["Facts", "facts"]


@dataclass(frozen=True, slots=True)
class Facts:
    """The affirmed and actual relations of an article; iterating gives them.

    Attributes:
        relations: What the article states as fact, in the article's order.
        held_back: How many relations were left out, by reason ("negated", "planned", "possible", "desired"); a
            relation that is both negated and not actual counts as "negated".
    """

    relations: tuple[Relation, ...]
    held_back: Mapping[str, int]

    def __iter__(self) -> Iterator[Relation]:
        return iter(self.relations)

    def __len__(self) -> int:
        return len(self.relations)


def facts(article: AnnotatedArticle) -> Facts:
    """The relations that an article states as affirmed and actual.

    A claim of a source is a fact of the article in this sense: ``relation.source`` says whose claim it is.

    Example:
        >>> from entityrel.schema import Mention, Relation, Span
        >>> text = "Iran denied sending drones."
        >>> iran = Mention(start=0, end=4, text="Iran", label="COUNTRY", id="IRN")
        >>> drones = Mention(start=20, end=26, text="drones", label="WEAPON", id="drone")
        >>> denied = Relation(
        ...     predicate="transfers", subject=iran, object=drones, polarity="negated", evidence=Span(start=0, end=27)
        ... )
        >>> found = facts(AnnotatedArticle(text=text, entities=(iran, drones), relations=(denied,)))
        >>> len(found), dict(found.held_back)
        (0, {'negated': 1})
    """
    held_back: Counter[str] = Counter(
        relation.polarity if relation.polarity == "negated" else relation.modality
        for relation in article.relations
        if not relation.is_fact
    )
    return Facts(tuple(relation for relation in article.relations if relation.is_fact), held_back)
