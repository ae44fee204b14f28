"""What runs through the corpus layer: an article with the place that it came from, or a record that was set aside."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from entityrel.schema import Article

__all__ = ["Input", "Rejected"]


@dataclass(frozen=True, slots=True)
class Input:
    """An article and where it was read: ``line`` counts from 1, and is None where the file is one article."""

    file: str
    line: int | None
    article: Article


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read or annotated, and why.

    Attributes:
        file: The file, as it was named; None for an article that was given in memory.
        line: The line in the file, from 1; None where the file is one article.
        id: The article's id, if it could be read.
        reason: What is wrong, in a line.
    """

    file: str | None
    line: int | None
    id: str | None
    reason: str

    def at(self, place: Input) -> Rejected:
        """The same, with the file and line of its input."""
        return replace(self, file=place.file, line=place.line)

    def to_dict(self) -> dict[str, str | int | None]:
        """The fields as plain data."""
        return asdict(self)

    def __str__(self) -> str:
        place = self.file or ""
        if self.file and self.line:
            place += f":{self.line}"
        article = f"article {self.id!r}" if self.id else ""
        return ": ".join(part for part in (place, article, self.reason) if part)
