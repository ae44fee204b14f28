"""The recogniser's features: what they add, that they learn, and that nothing is needed."""

from typing import Any

import numpy as np
import pytest
import spacy
from spacy.ml.models import MultiHashEmbed
from spacy.tokens import Doc, Span
from thinc.api import Adam, Model, fix_random_seed

from entityrel.pipeline.state import GAZETTEER_SPANS
from entityrel.pipeline.tower import candidate_rows, context_embed

WIDTH = 8


def plain() -> Model[Any, Any]:
    return MultiHashEmbed(width=WIDTH, attrs=["NORM"], rows=[50], include_static_vectors=False)


@pytest.fixture
def docs() -> list[Doc]:
    vocab = spacy.blank("en").vocab
    war = Doc(vocab, ["Iran", "fired", "Kornet", "missiles"])
    war.spans[GAZETTEER_SPANS] = [
        Span(war, 0, 1, "COUNTRY", span_id="name!"),
        Span(war, 2, 4, "WEAPON", span_id="designation"),
    ]
    war.tensor = np.arange(12, dtype="float32").reshape(4, 3)
    return [war, Doc(vocab, ["A", "garden"])]


def test_rows_tell_label_certainty_and_place(docs: list[Doc]) -> None:
    country, none, first, inside = candidate_rows(docs[0]).tolist()
    assert none == 0
    assert inside == first + 1
    assert len({country, first, 0}) == 3
    docs[0].spans[GAZETTEER_SPANS] = [Span(docs[0], 0, 1, "COUNTRY", span_id="capital")]
    assert candidate_rows(docs[0])[0] not in (0, country)


def test_starts_as_the_plain_embedding_and_reads_docs_without_features(docs: list[Doc]) -> None:
    base = plain()
    model = context_embed(base, WIDTH, tensor_width=3, gazetteer=True, article=True)
    model.initialize(X=docs)
    for ours, theirs in zip(model.predict(docs), base.predict(docs), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    empty = Doc(docs[0].vocab, [])
    assert [len(y) for y in model.predict([*docs, empty])] == [4, 2, 0]


@pytest.mark.parametrize(
    ("features", "token"),
    [((3, False, False), 1), ((0, True, False), 0), ((0, False, True), 1)],
    ids=["tensor", "gazetteer", "article"],
)
def test_each_feature_learns_what_the_words_alone_do_not_tell(
    docs: list[Doc], features: tuple[int, bool, bool], token: int
) -> None:
    fix_random_seed(0)
    tensor, gazetteer, article = features
    other = Doc(docs[0].vocab, [*[t.text for t in docs[0]][:3], "flowers"])
    pair = [docs[0], other]

    def gap(model: Model[Any, Any]) -> float:
        ours, theirs = model.predict(pair)
        return float(np.abs(ours[token] - theirs[token]).sum())

    model = context_embed(plain(), WIDTH, tensor_width=tensor, gazetteer=gazetteer, article=article)
    model.initialize(X=pair)
    assert gap(model) == 0

    optimizer = Adam(0.05)
    for _ in range(30):
        output, backprop = model.begin_update(pair)
        wanted = [np.ones_like(output[0]), -np.ones_like(output[1])]
        backprop([y - w for y, w in zip(output, wanted, strict=True)])
        model.finish_update(optimizer)
    assert gap(model) > 0.1


def test_gradient_reaches_the_words_through_the_mean_of_the_article(docs: list[Doc]) -> None:
    model = context_embed(plain(), WIDTH, tensor_width=0, gazetteer=False, article=True)
    model.initialize(X=docs)
    mean = model.layers[1]
    mean.set_param("W", np.eye(WIDTH, dtype="float32"))
    output, backprop = model.begin_update(docs[:1])
    pushed = np.zeros_like(output[0])
    pushed[1] = 1.0
    table = next(node for node in model.walk() if node.name == "hashembed")
    backprop([pushed])
    np.testing.assert_allclose(mean.get_grad("b"), np.ones(WIDTH), rtol=1e-6)
    assert np.count_nonzero(np.abs(table.get_grad("E")).sum(axis=1)) > 1, "only the pushed word has a gradient"
