"""The inline markup: reading, complaints with file and line, and the way back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given

from entityrel import markup
from entityrel.errors import MarkupError
from entityrel.schema import AnnotatedArticle, Mention, Relation, Span
from strategies import annotated_articles

GOLD = Path(__file__).parents[1] / "models" / "gold" / "train"
REFERENCE = Path(__file__).parents[2] / "shared" / "schema" / "markup.py"

GOOD = """\
# id: wire-001
# date: 2023-12-07
# title: US says: Iran keeps arming Russia
# style: wire
1: [Tehran|COUNTRY|IRN] sent [drones|WEAPON|kamikaze-drone] to [Russia|COUNTRY|RUS], [Kirby|PERSON|john-kirby] said.
2: It goes on.

3: [Tehran|COUNTRY|IRN] denied it.
---
# a comment
transfers(IRN, kamikaze-drone -> RUS) affirmed actual src=john-kirby qty="several hundred" date=2023-12 @1
transfers(IRN, kamikaze-drone -> RUS) negated actual src=IRN @1,3
"""


def test_reads_headers_text_mentions_and_relations() -> None:
    article = markup.parse(GOOD)
    assert (article.id, article.date, article.title) == ("wire-001", "2023-12-07", "US says: Iran keeps arming Russia")
    assert article.meta == {"style": "wire"}
    assert article.text == ("Tehran sent drones to Russia, Kirby said. It goes on.\n\nTehran denied it.")
    assert [mention.id for mention in article.entities] == ["IRN", "kamikaze-drone", "RUS", "john-kirby", "IRN"]
    first, second = article.relations
    assert (first.source and first.source.text, first.quantity, first.date) == (
        "Kirby",
        "several hundred",
        "2023-12",
    )
    assert article.evidence(first) == "Tehran sent drones to Russia, Kirby said."
    assert (second.polarity, second.evidence.start, second.evidence.end) == ("negated", 0, len(article.text))


def test_an_argument_outside_the_evidence_is_the_nearest_mention() -> None:
    source = GOOD.replace("src=IRN @1,3", "src=IRN @2")
    assert markup.parse(source).relations[1].subject.start == 55


def test_raw_lines_keep_their_line_ends() -> None:
    article = markup.parse("# join: raw\n1: one\n2: two\n\n\n3:  three\n---\n")
    assert article.text == "one\ntwo\n\n\n three"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("1: ", "one: ", 5, "not a numbered sentence"),
        ("2: ", "1: ", 6, "sentence number 1 twice"),
        ("|PERSON|", "|HUMAN|", 5, "unknown label HUMAN"),
        ("[Russia|", "[ Russia|", 5, "spaces at the edge"),
        ("|RUS]", "|Russia]", 5, "alpha-3"),
        ("[Tehran|COUNTRY|IRN] denied", "[Tehran|LOC|IRN] denied", 8, "two labels"),
        ("It goes", "[It|ORG|goes", 6, "broken mention"),
        ("transfers(IRN, kamikaze-drone -> RUS) n", "transfers(IRN) n", 12, "not a relation"),
        ("@1,3", "@1,4", 12, "no such sentence"),
        ("@1,3", "", 12, "no such sentence"),
        ("transfers(IRN, kamikaze-drone -> RUS) n", "transferz(IRN, RUS) n", 12, "unknown predicate"),
        ("negated actual", "negated certain", 12, "modality"),
        ("transfers(IRN, kamikaze-drone -> RUS) n", "acquires(IRN, kamikaze-drone -> RUS) n", 12, "takes no recipient"),
        ("src=IRN", "src=ISR", 12, "no mention has the id ISR"),
        ("transfers(IRN, kamikaze-drone -> RUS) n", "transfers(IRN, john-kirby) n", 12, "object john-kirby is PERSON"),
        ("negated actual src=IRN", "affirmed actual", 12, "the same relation twice"),
    ],
)
def test_a_problem_names_file_and_line(old: str, new: str, line: int, reason: str) -> None:
    assert old in GOOD
    found = markup.problems(GOOD.replace(old, new, 1), "a.ann")
    assert any(item.line == line and reason in item.reason for item in found), found
    with pytest.raises(MarkupError, match=rf"a\.ann:{line}: "):
        markup.parse(GOOD.replace(old, new, 1), "a.ann")


def test_all_problems_are_reported_at_once() -> None:
    assert len(markup.problems(GOOD.replace("|RUS]", "|Russia]").replace("@1,3", "@9"))) >= 3


@given(annotated_articles())
def test_a_record_survives_writing_and_reading(article: AnnotatedArticle) -> None:
    again = markup.parse(markup.write(article))
    assert (again.id, again.text, again.entities) == (article.id, article.text, article.entities)
    kept = {_stated(relation): relation for relation in reversed(article.relations)}
    assert [_stated(relation) for relation in again.relations] == list(dict.fromkeys(map(_stated, article.relations)))
    for relation in again.relations:
        before = kept[_stated(relation)].evidence
        assert relation.evidence.start <= before.start
        assert before.end <= relation.evidence.end
    assert markup.parse(markup.write(again)) == again


@given(annotated_articles(separators=("\n", "\n\n\n", " \n", "  ", "\r\n")))
def test_a_text_with_other_breaks_survives_too(article: AnnotatedArticle) -> None:
    again = markup.parse(markup.write(article))
    assert (again.text, again.entities) == (article.text, article.entities)


def test_the_last_line_end_is_kept() -> None:
    article = AnnotatedArticle(id="a", text="One.\nTwo.\n\n")
    assert markup.parse(markup.write(article)).text == article.text


def _mention(text: str, label: str, ident: str, start: int = 0) -> Mention:
    return Mention(start=start, end=start + len(text), text=text, label=label, id=ident)


@pytest.mark.parametrize(
    "article",
    [
        AnnotatedArticle(id="a", text="a [b|ORG|c] d"),
        AnnotatedArticle(id="a", text="\nA line."),
        AnnotatedArticle(id="a", text="x|y", entities=(_mention("x|y", "ORG", "xy"),)),
        AnnotatedArticle(id="a", text="Iran", entities=(_mention("Iran", "COUNTRY", "Iran"),)),
    ],
)
def test_what_the_markup_cannot_hold_is_refused(article: AnnotatedArticle) -> None:
    with pytest.raises(MarkupError):
        markup.write(article)


def test_a_quantity_that_breaks_the_line_is_refused() -> None:
    who, what = _mention("Iran", "COUNTRY", "IRN"), _mention("drones", "WEAPON", "drone", 9)
    relation = Relation(
        predicate="produces", subject=who, object=what, quantity='12" @1', evidence=Span(start=0, end=15)
    )
    article = AnnotatedArticle(id="a", text="Iran has drones", entities=(who, what), relations=(relation,))
    with pytest.raises(MarkupError, match="relations"):
        markup.write(article)


def test_reads_files(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text(GOOD, encoding="utf-8")
    assert markup.read(tmp_path / "a.ann") == markup.parse(GOOD)


@pytest.mark.skipif(not GOLD.exists(), reason="the gold files are not in an installed package")
def test_written_gold_reads_without_complaint_and_comes_back() -> None:
    for path in sorted(GOLD.glob("?[ae]-0*.ann")):
        article = markup.read(path)
        assert _plain(markup.parse(markup.write(article))) == _plain(article), path


@pytest.mark.skipif(not (GOLD.exists() and REFERENCE.exists()), reason="no reference beside this checkout")
def test_agrees_with_the_reference_reader() -> None:
    paths = sorted(map(str, GOLD.glob("?[bl]-*.ann")))
    done = subprocess.run([sys.executable, REFERENCE, *paths], capture_output=True, text=True, check=True)
    for path, line in zip(paths, done.stdout.splitlines(), strict=True):
        ours = markup.read(path).model_copy(update={"meta": {}})
        assert json.loads(ours.to_json()) == json.loads(line), path


def _stated(item: Relation) -> tuple[object, ...]:
    recipient = item.recipient and item.recipient.id
    return (item.predicate, item.subject.id, item.object.id, recipient, item.polarity, item.modality)


def _plain(article: AnnotatedArticle) -> dict[str, object]:
    return article.model_dump()
