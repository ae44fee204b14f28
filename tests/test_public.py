"""The public names, pinned: adding or removing one is a decision."""

from __future__ import annotations

import pytest

import entityrel


def test_public_names() -> None:
    assert sorted(entityrel.__all__) == [
        "AnnotatedArticle", "Article", "EntityrelError", "ExportError", "Facts", "KnowledgeError", "MarkupError",
        "Mention", "PipelineError", "RecordError", "Relation", "add_pipes", "aggregate", "annotate", "annotate_many",
        "build_graph", "claims", "facts", "load", "read_graph", "resolve", "show", "write_graph",
    ]  # fmt: skip
    for name in entityrel.__all__:
        assert getattr(entityrel, name) is not None
    assert set(entityrel.__all__) < set(dir(entityrel))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'anotate'"):
        entityrel.anotate  # noqa: B018
