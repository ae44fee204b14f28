"""The transformer recogniser: it starts as the small tower, learns from the trunk, and its saved weights are small."""

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.ml.models import MultiHashEmbed
from spacy.tokens import Doc
from thinc.api import Adam, Model, fix_random_seed

import entityrel
from entityrel import PipelineError
from entityrel.pipeline import build
from entityrel.pipeline.transformer_tower import pack, transformer_tower, unpack

WIDTH, TRUNK = 8, 3
TEXT = "Iran has supplied kamikaze drones to Russia, John Kirby said."
needs_trf = pytest.mark.skipif(
    find_spec("spacy_transformers") is None
    or (build.pipeline_path("en_entityrel_trf") is None and find_spec("en_entityrel_trf") is None),
    reason="needs the extra transformers and en_entityrel_trf",
)


def small() -> Model[Any, Any]:
    return MultiHashEmbed(width=WIDTH, attrs=["NORM"], rows=[50], include_static_vectors=False)


def trunk(seen: list[Any]) -> Model[Any, Any]:
    """A stand-in for the listener: it tells the place of a token, which its word does not; gradients go to ``seen``."""

    def forward(model: Model[Any, Any], docs: list[Doc], is_train: bool) -> Any:
        # As the listener: no columns where there is no token.
        return [np.eye(len(doc), TRUNK if len(doc) else 0, dtype="float32") for doc in docs], seen.append

    return Model("trunk", forward)


def test_starts_as_the_small_tower_and_learns_from_the_trunk() -> None:
    fix_random_seed(0)
    docs = [Doc(spacy.blank("en").vocab, ["drones", "drones", "drones"])]
    base, seen = small(), list[Any]()
    model = transformer_tower(base, trunk(seen), WIDTH, TRUNK)
    model.initialize(X=docs)
    np.testing.assert_array_equal(model.predict(docs)[0], base.predict(docs)[0])
    empty = Doc(docs[0].vocab, [])
    assert [len(rows) for rows in model.predict([empty, *docs, empty])] == [0, 3, 0]
    assert [len(rows) for rows in model.predict([empty])] == [0]

    goal = np.zeros((3, WIDTH), "float32")
    goal[1, 0] = 1.0
    optimizer = Adam(0.05)
    for _ in range(200):
        found, backprop = model.begin_update(docs)
        backprop([found[0] - goal])
        model.finish_update(optimizer)
    assert np.abs(model.predict(docs)[0] - goal).max() < 0.1  # the words alone cannot tell the second from the others
    assert seen[-1][0].shape == (3, TRUNK)


def test_packed_weights_are_a_third_and_almost_the_same() -> None:
    random = np.random.default_rng(0)
    state = {
        "embeddings.word_embeddings.weight": random.normal(size=(400, 32)).astype("float32"),
        "encoder.dense.weight": random.normal(size=(32, 32)).astype("float32"),
        "embeddings.position_ids": np.arange(5),
    }
    packed = pack(state)
    again = unpack(packed)
    assert {name: (a.dtype, a.shape) for name, a in again.items()} == {n: (a.dtype, a.shape) for n, a in state.items()}
    assert np.array_equal(again["embeddings.position_ids"], np.arange(5))
    for name in ("embeddings.word_embeddings.weight", "encoder.dense.weight"):
        assert np.abs(again[name] - state[name]).max() < 0.02
    saved = sum(len(entry["data"]) + len(entry.get("scales", b"")) for entry in packed.values())
    assert saved < 0.34 * sum(a.nbytes for a in state.values())


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "find_spec", lambda name: None)
    with pytest.raises(PipelineError, match=r"pip install 'entityrel\[transformers\]'"):
        entityrel.load("trf")
    monkeypatch.setattr(build, "find_spec", lambda name: object() if name == "spacy_transformers" else None)
    monkeypatch.setattr(build, "pipeline_path", lambda name: None)
    with pytest.raises(PipelineError, match="spacy package models/en_entityrel_trf"):
        entityrel.load("trf")


@needs_trf
@pytest.mark.filterwarnings("ignore")  # torch and transformers warn of their own
def test_shipped_pipeline_reads_and_comes_back_from_disk(tmp_path: Any) -> None:
    nlp = entityrel.load("trf")
    doc = nlp(TEXT)
    assert [str(relation) for relation in doc._.relations] == ["(Iran, transfers, kamikaze drones → Russia)"]
    nlp.to_disk(tmp_path / "copy")
    again = spacy.load(tmp_path / "copy")(TEXT)
    assert [(e.text, e.label_, e.kb_id_) for e in again.ents] == [(e.text, e.label_, e.kb_id_) for e in doc.ents]
    assert [len(part.ents) for part in nlp.pipe(["", TEXT, " \n"])] == [0, 4, 0]
