"""The training project's scripts: mentions keep their place, silver labels claim no more than both readers say."""

import random
import sys
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, Span

sys.path.insert(0, str(Path(__file__).parents[1] / "models" / "scripts"))

augment, convert, evaluate, silver, training = map(
    import_module, ("augment", "convert", "evaluate", "silver", "training")
)

TEXT = 'Iran\'s "suicide drones" hit Odesa, Jane Roe said.'
MENTIONS = [(0, 4, "COUNTRY"), (8, 22, "WEAPON"), (28, 33, "LOC"), (35, 43, "PERSON")]


def test_holdout_and_written_by_name() -> None:
    held = [n for n in ("tr-01", "ta-01", "ewt-03", "ewt-04", "gum-05", "cen-03", "sta-12a") if convert.in_holdout(n)]
    assert held == ["tr-01", "ewt-03", "gum-05", "sta-12a"]
    assert [n for n in ("ua-07", "da-3", "db-01", "tr-01", "eus-01", "ukg-02", "sta-1") if convert.is_written(n)] == [
        "ua-07", "da-3", "db-01", "tr-01",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_augmented_mentions_still_name_the_same(seed: int) -> None:
    text, mentions = augment.augment(TEXT, MENTIONS, random.Random(seed))
    assert [label for *_, label in mentions] == [label for *_, label in MENTIONS]
    for (start, end, _), (old_start, old_end, _) in zip(mentions, MENTIONS, strict=True):
        assert text[start:end].casefold() == TEXT[old_start:old_end].casefold()


def test_augmentation_changes_something() -> None:
    assert len({augment.augment(TEXT, MENTIONS, random.Random(seed))[0] for seed in range(40)}) > 4


def test_pieces_cover_the_article_once() -> None:
    nlp = spacy.blank("en")
    doc = Doc(
        nlp.vocab,
        ["a", "b", ".", "c", "d", ".", "e", "f", ".", "g", "."],
        sent_starts=[i in (0, 3, 6, 9) for i in range(11)],
    )
    for seed in range(5):
        parts = list(training.pieces(doc, 0.0, random.Random(seed)))
        assert [t.i for part in parts for t in part] == list(range(11))
    assert len(list(training.pieces(doc, 1.0, random.Random(0)))) == 1


def test_unlabelled_stretches_stay_missing() -> None:
    example = training.to_example(spacy.blank("en"), "Iran met Foo", [(0, 4, "COUNTRY"), (9, 12, training.MISSING)])
    assert [t.ent_iob_ for t in example.reference] == ["B", "O", ""]


def test_unlabelled_stretches_may_meet_in_a_token() -> None:
    ents = [(0, 4, "COUNTRY"), (4, 6, training.MISSING), (7, 8, training.MISSING), (8, 10, training.MISSING)]
    example = training.to_example(spacy.blank("en"), "Iran's Bond", ents)
    assert [t.ent_iob_ for t in example.reference] == ["B", "", ""]


def test_silver_keeps_what_both_say() -> None:
    vocab = spacy.blank("en").vocab
    words = ["The", "Hague", "sued", "Acme", "over", "tanks", "in", "Oz", ",", "he", "said"]

    def read(*mentions: tuple[int, int, str]) -> Doc:
        doc = Doc(vocab, words, sent_starts=[i == 0 for i in range(len(words))])
        doc.set_ents([Span(doc, *m) for m in mentions])
        return doc

    ours = read((1, 2, "LOC"), (3, 4, "PERSON"), (5, 6, "WEAPON"), (7, 8, "COUNTRY"))
    stock = read((0, 2, "GPE"), (3, 4, "ORG"), (7, 8, "GPE"))
    labelled = silver.label(ours, stock, ({"tanks"}, {"tanks"}))
    assert [(e.text, e.label_) for e in labelled.ents] == [("Hague", "LOC"), ("tanks", "WEAPON")]
    assert [t.text for t in labelled if t.ent_iob == 0] == ["Acme", "Oz"]


def test_silver_takes_no_document_of_the_gold(tmp_path: Path) -> None:
    (tmp_path / "x.ann").write_text("# id: x\n# source: doc-1\n1: A.\n---\n", encoding="utf-8")
    bank = tmp_path / "bank.conllu"
    bank.write_text("# newdoc id = doc-1\n# text = Known.\n\n# newdoc id = doc-2\n# text = New.\n# text = More.\n")
    assert list(silver.from_conllu(bank, silver.excluded([tmp_path]))) == ["New. More."]


def test_figures() -> None:
    gold, found = {(0, 4, "COUNTRY"), (5, 9, "ORG")}, {(0, 4, "COUNTRY"), (5, 8, "ORG")}
    figures = evaluate.score([(gold, found)])
    assert (figures["MISSION"]["f"], figures["ORG"]["f"], figures["ALL"]["p"]) == (100.0, 0.0, 50.0)
