"""The example articles that are shipped with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from entityrel.corpus.items import Rejected
from entityrel.corpus.readers import read
from entityrel.errors import RecordError
from entityrel.schema import Article

__all__ = ["example_articles", "examples_folder"]


def examples_folder() -> Path:
    """The folder with articles.jsonl and gold.jsonl: in the installed package, or at the root of a checkout.

    Raises:
        RecordError: If there is none; the installation is then incomplete.
    """
    package = Path(str(files("entityrel")))
    for folder in (package / "examples", package.parents[1] / "examples"):
        if (folder / "articles.jsonl").exists():
            return folder
    raise RecordError(f"the example articles are not in {package}: install entityrel again")


def example_articles() -> list[Article]:
    """The example articles, in the order of the file.

    Example:
        >>> len(example_articles())
        10
    """
    articles = []
    for item in read([examples_folder() / "articles.jsonl"]):
        if isinstance(item, Rejected):
            raise RecordError(str(item))
        articles.append(item.article)
    return articles
