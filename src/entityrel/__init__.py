"""entityrel: news text to a knowledge graph of who does what to whom, with which weapon, according to whom.

Example:
    >>> import entityrel
    >>> article = entityrel.annotate("Iran has supplied kamikaze drones to Russia, John Kirby said.")
    >>> for relation in article.relations:
    ...     print(relation, relation.polarity, relation.modality, relation.source)
    (Iran, transfers, kamikaze drones → Russia) affirmed actual John Kirby

Importing this package imports neither spaCy nor networkx; the functions that need them do, when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from entityrel.errors import (
    EntityrelError,
    ExportError,
    KnowledgeError,
    MarkupError,
    PipelineError,
    RecordError,
)
from entityrel.facts import Facts, facts
from entityrel.resolve import resolve
from entityrel.schema import AnnotatedArticle, Article, Mention, Relation

if TYPE_CHECKING:
    from entityrel.corpus.annotate import annotate, annotate_many
    from entityrel.graph import aggregate, build_graph, claims, read_graph, write_graph
    from entityrel.pipeline.build import add_pipes, load
    from entityrel.view.show import show

__version__ = "0.1.0"
__all__ = [
    "AnnotatedArticle",
    "Article",
    "EntityrelError",
    "ExportError",
    "Facts",
    "KnowledgeError",
    "MarkupError",
    "Mention",
    "PipelineError",
    "RecordError",
    "Relation",
    "add_pipes",
    "aggregate",
    "annotate",
    "annotate_many",
    "build_graph",
    "claims",
    "facts",
    "load",
    "read_graph",
    "resolve",
    "show",
    "write_graph",
]

#: Where the names live that are imported when they are first used.
_LAZY = {
    "add_pipes": "entityrel.pipeline.build",
    "aggregate": "entityrel.graph",
    "annotate": "entityrel.corpus.annotate",
    "annotate_many": "entityrel.corpus.annotate",
    "build_graph": "entityrel.graph",
    "claims": "entityrel.graph",
    "load": "entityrel.pipeline.build",
    "read_graph": "entityrel.graph",
    "show": "entityrel.view.show",
    "write_graph": "entityrel.graph",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'entityrel' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
