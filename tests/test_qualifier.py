"""The qualifier as a component: what it adds, what it drops, what it needs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span

from conftest import SYNTAX, DocOf, calls
from entityrel.errors import KnowledgeError, PipelineError
from entityrel.knowledge.cues import load_cues
from entityrel.pipeline.learned import LinearModel, load_learned, pack, row_of
from entityrel.pipeline.qualifier import Qualifier, choose_judgement, make_qualifier
from entityrel.pipeline.state import Proposal, relations, state
from entityrel.pipeline.verdict import Verdict

IRAN, DRONES, RUSSIA = "[Iran|COUNTRY|IRN]", "[drones|WEAPON|drone]", "[Russia|COUNTRY|RUS]"
KIRBY = "[Kirby|PERSON|kirby]"


def _relation(doc: Doc, predicate: str, *names: str, trigger: str | None = None) -> Proposal:
    spans = [next((e.start, e.end) for e in doc.ents if e.text == name) for name in names]
    word = next((token.i for token in doc if token.text == trigger), None)
    return {
        "predicate": predicate, "subject": spans[0], "object": spans[1],
        "recipient": spans[2] if len(spans) > 2 else None,
        "trigger": (word, word + 1) if word is not None else None, "scores": {"ruler": 1.0}, "confidence": 0.9,
    }  # fmt: skip


def _qualify(doc: Doc, *items: Proposal, keep: bool = False, date: str | None = "2023-12-07") -> Doc:
    state(doc)["relations"] = list(items)
    state(doc)["article_date"] = date
    qualifier: Qualifier = make_qualifier(spacy.blank("en"), "qualifier", keep_hypothetical=keep, learned=True)
    return qualifier(doc)


def test_everything_at_once(doc_of: DocOf) -> None:
    doc = doc_of(f"{KIRBY} said that {IRAN} did not sell at least 200 {DRONES} to {RUSSIA} in May.")
    _qualify(doc, _relation(doc, "transfers", "Iran", "drones", "Russia", trigger="sell"))
    (relation,) = relations(doc)
    assert (relation.polarity, relation.modality) == ("negated", "actual")
    assert relation.source is not None
    assert relation.source.text == "Kirby"
    assert relation.quantity == "at least 200"
    assert relation.date == "2023-05"
    assert doc.text[relation.evidence.start : relation.evidence.end] == doc.text
    why = relation.provenance
    assert why is not None
    assert [cue.text for cue in why.cues] == ["not"]
    assert why.attribution_cue is not None
    assert (why.attribution_cue.text, why.quantity_value, why.quantity_bound) == ("said", 200, "at least")


def test_a_trigger_is_found_where_none_is_named(doc_of: DocOf) -> None:
    doc = doc_of(f"Officials fear that {IRAN} refused to sell {DRONES} to {RUSSIA}.")
    _qualify(doc, _relation(doc, "transfers", "Iran", "drones", "Russia"))
    assert relations(doc)[0].polarity == "negated"


def test_a_bare_condition_is_dropped_unless_it_is_wanted(doc_of: DocOf) -> None:
    sentence = f"If {IRAN} sells {DRONES} to {RUSSIA}, Congress will object."
    doc = doc_of(sentence)
    assert relations(_qualify(doc, _relation(doc, "transfers", "Iran", "drones", "Russia", trigger="sells"))) == ()
    doc = doc_of(sentence)
    item = _relation(doc, "transfers", "Iran", "drones", "Russia", trigger="sells")
    (kept,) = relations(_qualify(doc, item, keep=True))
    assert kept.provenance is not None
    assert "hypothetical" in kept.provenance.notes


def test_a_post_has_no_source_and_no_date(doc_of: DocOf) -> None:
    doc = doc_of(f"In May [Raisi|PERSON|raisi], the president of {IRAN}, died, {KIRBY} said.")
    _qualify(doc, _relation(doc, "leads", "Raisi", "Iran", trigger="president"))
    (relation,) = relations(doc)
    assert (relation.source, relation.date, relation.polarity) == (None, None, "affirmed")


def test_who_accuses_is_not_the_source_of_the_accusation(doc_of: DocOf) -> None:
    doc = doc_of(f"{KIRBY} said that he blamed {IRAN}.")
    _qualify(doc, _relation(doc, "accuses", "Kirby", "Iran", trigger="blamed"))
    assert relations(doc)[0].source is None


def test_evidence_reaches_over_neighbouring_sentences(doc_of: DocOf) -> None:
    doc = doc_of(f"{IRAN} has {DRONES}. It sold them to {RUSSIA}. Nobody knows why.")
    _qualify(doc, _relation(doc, "transfers", "Iran", "drones", "Russia", trigger="sold"))
    (relation,) = relations(doc)
    assert doc.text[relation.evidence.start : relation.evidence.end] == "Iran has drones. It sold them to Russia."


def test_what_it_writes_survives_docbin(doc_of: DocOf) -> None:
    doc = doc_of(f"{KIRBY} denied that {IRAN} sold 20 {DRONES} to {RUSSIA}.")
    _qualify(doc, _relation(doc, "transfers", "Iran", "drones", "Russia", trigger="sold"))
    (copy,) = DocBin(docs=[doc], store_user_data=True).get_docs(doc.vocab)
    assert relations(copy) == relations(doc)


def test_a_doc_without_a_parse_is_refused() -> None:
    doc = spacy.blank("en")("Iran sold drones.")
    doc.set_ents([Span(doc, 0, 1, "COUNTRY"), Span(doc, 2, 3, "WEAPON")])
    with pytest.raises(PipelineError, match="qualifier needs a parser"):
        _qualify(doc, _relation(doc, "possesses", "Iran", "drones"))


def test_a_doc_without_relations_needs_nothing() -> None:
    assert len(_qualify(spacy.blank("en")("")).text) == 0


def test_time_grows_with_the_text_and_no_faster(nlp: Language) -> None:
    def work(times: int) -> int:
        doc = nlp.make_doc("Kirby said that Iran did not sell 20 drones to Russia in May. He denied it.\n" * times)
        for name, pipe in nlp.pipeline:
            if name in SYNTAX:
                doc = pipe(doc)
        labels = {"Kirby": "PERSON", "Iran": "COUNTRY", "drones": "WEAPON", "Russia": "COUNTRY"}
        doc.set_ents([Span(doc, t.i, t.i + 1, labels[t.text]) for t in doc if t.text in labels])
        sold = [token.i for token in doc if token.text == "sell"]
        items: list[Proposal] = [
            {"predicate": "transfers", "subject": (i - 3, i - 2), "object": (i + 2, i + 3), "recipient": (i + 4, i + 5),
             "trigger": (i, i + 1)}
            for i in sold
        ]  # fmt: skip
        return calls(lambda: _qualify(doc, *items))

    work(4)  # what is read once a process does not count
    assert work(160) < 5 * work(40)


def test_cues_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "cues.yaml"
    path.write_text("governors: {denial: {polarity: negte}}\n", encoding="utf8")
    with pytest.raises(KnowledgeError, match=r"cues\.yaml: .*governors\.denial\.polarity"):
        load_cues(path)


def test_a_model_is_read_as_it_was_packed(tmp_path: Path) -> None:
    weights = np.array([[1.0, -1.0], [0.5, 2.0]])
    arrays = pack("m", ["b", "a"], weights, [0.0, 0.25], ["no", "yes"])
    arrays |= {"triggers/keys": np.array(["transfers sell"]), "triggers/values": np.array([2.0])}
    np.savez_compressed(tmp_path / "m.npz", **arrays)
    learned = load_learned(tmp_path / "m.npz")
    model = learned.models["m"]
    assert isinstance(model, LinearModel)
    assert learned.triggers == {("transfers", "sell"): 2.0}
    assert {row_of("a"), row_of("b")} == set(model.rows)
    assert model.scores(["a", "unknown"]) == pytest.approx([0.5, 2.25], abs=0.05)
    assert float(model.probabilities(["b"]).sum()) == pytest.approx(1)


def test_a_broken_model_file_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "m.npz").write_bytes(b"no zip")
    with pytest.raises(KnowledgeError, match="train_qualifier"):
        load_learned(tmp_path / "m.npz")


@pytest.mark.parametrize("modality", ["actual", "planned"])
@pytest.mark.parametrize(("bias", "polarity"), [(1.0, "negated"), (9.0, "affirmed")])
def test_only_a_sure_model_affirms_what_the_rules_saw_negated(modality: str, bias: float, polarity: str) -> None:
    classes = (f"affirmed {modality}", "negated actual")
    none = np.zeros((0, 2), dtype=np.float32)
    model = LinearModel({}, none, np.array([bias, 0.0], dtype=np.float32), classes)
    verdict = Verdict(negated=True, cues=[(0, 1, "halting")], negations=1, local=False)
    assert choose_judgement(model, [], verdict)[0] == polarity
