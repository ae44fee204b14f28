"""The command line: what it writes, what it says, and its exit codes."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from rich.console import Console

from entityrel import cli
from entityrel.cli.console import Seen, progress
from entityrel.corpus import annotate
from entityrel.corpus.items import Rejected
from entityrel.corpus.readers import read_annotated
from entityrel.corpus.shards import Shard
from stub_pipeline import stub_pipeline

GOLDEN = Path(__file__).parent / "golden"


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command line with the stub pipeline."""
    nlp = stub_pipeline()
    monkeypatch.setattr(annotate, "_load", lambda _name: nlp)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")

    def call(*arguments: str | Path) -> Done:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, captured.out, captured.err)

    return call


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    rows = [
        {"id": "a", "date": "2023-12-07", "title": "One", "text": "Iran sent drones to Russia.", "outlet": "Wire"},
        {"id": "b", "text": "Nothing here."},
        {"id": "c", "text": "Russia has no drones, unlike Iran."},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def annotated(run: Callable[..., Done], corpus: Path) -> Path:
    output = corpus.with_name("out.jsonl")
    assert run("annotate", corpus, "-o", output).code == 0
    return output


def test_importing_it_is_quick() -> None:
    code = "import entityrel.cli, sys; sys.exit(any(name in sys.modules for name in ('spacy', 'torch', 'networkx')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_names_the_commands(run: Callable[..., Done]) -> None:
    done = run("--help")
    assert done.code == 0
    for command in ("annotate", "graph", "show", "evaluate", "demo", "info"):
        assert command in done.out
    assert "INPUT" in run("annotate", "--help").out


def test_version(run: Callable[..., Done]) -> None:
    assert run("--version").out.startswith("entityrel 0.")


def test_annotate_writes_records_in_order(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    done = run("annotate", corpus, "--output", output)
    assert (done.code, done.out) == (0, "")
    assert f"3 articles annotated to {output}" in done.err
    articles = list(read_annotated(output))
    assert [article.id for article in articles] == ["a", "b", "c"]
    assert articles[0].meta == {"outlet": "Wire"}
    assert [str(relation) for relation in articles[0].relations] == ["(Iran, transfers, drones)"]


def test_annotate_sets_broken_records_aside(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    corpus.write_text(corpus.read_text() + '{"id": "d", "text": "RAISE"}\nbroken\n{"id": "e", "text": "Iran"}\n')
    output, rejected = tmp_path / "out.jsonl", tmp_path / "rejected.jsonl"
    done = run("annotate", corpus, "-o", output, "--rejected", rejected)
    assert done.code == 1
    assert [article.id for article in read_annotated(output)] == ["a", "b", "c", "e"]
    assert f"{corpus}:4: article 'd': the pipeline raised ZeroDivisionError: planted" in done.err
    assert f"{corpus}:5: not a record of JSON Lines" in done.err
    assert "2 records set aside" in done.err
    rows = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert [(row["line"], row["id"]) for row in rows] == [(4, "d"), (5, None)]


def test_annotate_reads_folders_and_leaves_out_its_own_output(run: Callable[..., Done], tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text("Iran has drones.")
    for _ in range(2):
        assert run("annotate", folder, "-o", folder / "out.jsonl").code == 0
        assert [article.id for article in read_annotated(folder / "out.jsonl")] == [(folder / "a.txt").as_posix()]


def test_annotate_reads_standard_input_and_writes_standard_output(
    run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"id": "x", "text": "Iran"}\n')))
    done = run("annotate", "-", "-o", "-")
    assert json.loads(done.out)["id"] == "x"


def test_a_missing_input_is_named(run: Callable[..., Done], tmp_path: Path) -> None:
    done = run("annotate", tmp_path / "no.jsonl", "-o", tmp_path / "out.jsonl")
    assert done.code == 2
    assert "no such file or folder" in done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_missing_pipeline_is_an_error_without_a_traceback(tmp_path: Path, corpus: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "entityrel.cli",
        "annotate",
        str(corpus),
        "-o",
        str(tmp_path / "out"),
        "-p",
        "no_such",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no pipeline 'no_such'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["graph.json", "graph.graphml", "graph.gexf", "graph.html"])
def test_graph(run: Callable[..., Done], annotated: Path, tmp_path: Path, name: str) -> None:
    done = run("graph", annotated, "-o", tmp_path / "new" / name)
    assert done.code == 0
    assert "2 nodes and 2 edges" in done.err
    assert (tmp_path / "new" / name).stat().st_size > 100


def test_an_unknown_kind_of_graph_is_an_error(run: Callable[..., Done], annotated: Path, tmp_path: Path) -> None:
    done = run("graph", annotated, "-o", tmp_path / "graph.docx")
    assert done.code == 2
    assert "error:" in done.err


def test_show(run: Callable[..., Done], annotated: Path) -> None:
    done = run("show", annotated, "--id", "a", "--why")
    assert "(Iran, transfers, drones)" in done.out
    assert "Nothing here" not in done.out
    assert "found by stub" in done.out
    assert run("show", annotated, "--id", "zz").code == 2


def test_show_facts_only(run: Callable[..., Done]) -> None:
    everything, facts = (run("show", GOLDEN / "evaluate_gold.jsonl", *more).out for more in ([], ["--facts"]))
    assert "negated" in everything
    assert "negated" not in facts


def test_evaluate(run: Callable[..., Done]) -> None:
    gold, predicted = GOLDEN / "evaluate_gold.jsonl", GOLDEN / "evaluate_predicted.jsonl"
    figures = json.loads(run("evaluate", gold, predicted, "--json").out)
    figures.pop("reversed")
    assert figures == json.loads((GOLDEN / "evaluate_figures.json").read_text())
    table = run("evaluate", gold, predicted, "--errors", "2").out
    assert "relations core" in table
    assert table.count("missing ") == 2


def test_evaluate_names_a_broken_line(run: Callable[..., Done], annotated: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("{}\n")
    done = run("evaluate", annotated, tmp_path / "bad.jsonl")
    assert done.code == 2
    assert "bad.jsonl:1: text: Field required" in done.err


def test_evaluate_needs_articles_in_common(run: Callable[..., Done], annotated: Path) -> None:
    gold = GOLDEN / "evaluate_gold.jsonl"
    done = run("evaluate", gold, annotated)
    assert (done.code, done.out) == (2, "")
    assert "evaluate_gold.jsonl and" in done.err and "have no article in common" in done.err


def test_places_that_cannot_be_written_are_named_with_advice(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run("demo", "--output", tmp_path / "file")
    assert done.code == 2
    assert f"{tmp_path / 'file'}" in done.err and "give another name" in done.err
    assert "Errno" not in done.err


def test_demo_writes_what_it_names(run: Callable[..., Done], tmp_path: Path) -> None:
    done = run("demo", "--output", tmp_path / "demo")
    assert done.code == 0
    assert f"Written to {tmp_path / 'demo'}/" in done.out
    names = {path.name for path in (tmp_path / "demo").iterdir()}
    assert names == {"annotations.jsonl", "graph.json", "graph.graphml", "graph.html"}
    assert len(list(read_annotated(tmp_path / "demo" / "annotations.jsonl"))) >= 6


def test_info(run: Callable[..., Done]) -> None:
    done = run("info")
    for word in ("entityrel", "knowledge", "pipeline", "stub_relations", "spacy", "python"):
        assert word in done.out


def test_control_characters_do_not_reach_the_terminal(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "\\u001b[2Jx [bold]", "text": "RAISE"}\n')
    done = run("annotate", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert "\x1b[2J" not in done.err
    assert "[bold]" in done.err


def test_annotate_to_a_folder_goes_on_where_it_was(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    options = ("annotate", corpus, "-o", output, "--shard-size", "2")
    assert "To do: 2 shards, 3 records" in run(*options, "--dry-run").out
    assert not output.exists()
    assert "3 articles annotated" in run(*options).err
    done = run(*options)
    assert done.code == 0
    assert "0 articles annotated" in done.err
    assert "3 kept from an earlier run" in done.err
    assert json.loads((output / "report.json").read_text())["kept"] == 3
    assert "To do: 0 shards" in run(*options, "--dry-run").out
    assert "2 nodes" in run("graph", output, "-o", tmp_path / "graph.json").err


def test_what_was_set_aside_is_there_again_after_a_second_run(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('broken\n{"text": "Iran."}\n')
    rejected = tmp_path / "rejected.jsonl"
    for _ in range(2):
        assert run("annotate", tmp_path / "in.jsonl", "-o", tmp_path / "out", "--rejected", rejected).code == 1
        (row,) = map(json.loads, rejected.read_text().splitlines())
        assert row["line"] == 1


def test_a_dry_run_leaves_all_files_alone(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.jsonl"
    rejected.write_text("of an earlier run")
    assert run("annotate", corpus, "-o", tmp_path / "out", "--rejected", rejected, "--dry-run").code == 0
    assert rejected.read_text() == "of an earlier run"


def test_a_folder_in_the_output_is_no_input(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert run("annotate", corpus, "-o", output).code == 0
    before = sorted(output.iterdir())
    done = run("annotate", output, "-o", output)
    assert (done.code, "give another OUTPUT" in " ".join(done.err.split())) == (2, True)
    assert sorted(output.iterdir()) == before


def test_a_wrong_format_leaves_no_folder(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    done = run("annotate", corpus, "-o", tmp_path / "out", "--format", "xml")
    assert (done.code, "no format 'xml'" in done.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_annotate_reports_on_a_folder(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    with corpus.open("a") as handle:
        handle.write('{"id": "r", "text": "RAISE"}\nbroken\n')
    output = tmp_path / "out"
    done = run("annotate", corpus, "-o", output, "--shard-size", "3")
    assert done.code == 1
    rows = [" ".join(line.split()) for line in done.err.splitlines()]
    for row in ("articles 3", "statements 2", "set aside 2 see rejected-*.jsonl", "shards 2"):
        assert row in rows
    figures = json.loads((output / "report.json").read_text())
    expected = {"engine": "local", "workers": None, "format": "jsonl", "articles": 3, "kept": 0, "relations": 2}
    expected |= {"rejected": 2, "shards": 2, "shards_kept": 0}
    assert expected.items() <= figures.items()
    assert figures["reasons"] == {"not a record of JSON Lines": 1, "the pipeline raised ZeroDivisionError": 1}
    assert figures["articles_per_second"] > 0


def test_options_for_folders_are_refused_for_a_file(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    for options in (("--engine", "ray"), ("--dry-run",)):
        done = run("annotate", corpus, "-o", tmp_path / "out.jsonl", *options)
        assert (done.code, "an OUTPUT that is a folder" in done.err) == (2, True)
    done = run("annotate", corpus, "-o", tmp_path / "out", "--ray-address", "auto")
    assert (done.code, "goes with --engine ray" in done.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_the_bar_shows_rate_errors_and_what_is_to_do() -> None:
    stream = io.StringIO()
    bar = progress()
    seen = Seen(bar, 1000, None)
    seen.kept(Shard(number=0, fingerprint="", articles=490, relations=0, rejected=10, files={}), Path())
    seen.results(90, [Rejected("a", 1, None, "broken")])
    with contextlib.redirect_stderr(io.StringIO()):
        Console(file=stream, width=120).print(bar.get_renderable())
    shown = stream.getvalue()
    assert "91/500" in shown
    assert "11 set aside" in shown


def test_query(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    assert run("annotate", corpus, "-o", tmp_path / "out", "--format", "parquet").code == 0
    sql = "SELECT supplier, item FROM transfers ORDER BY article"
    assert "drones" in run("query", sql, tmp_path / "out").out
    rows = [json.loads(line) for line in run("query", sql, tmp_path / "out", "--json").out.splitlines()]
    assert rows == [{"supplier": "Iran", "item": "drones"}] * 2
    done = run("query", "SELECT", tmp_path / "out")
    assert done.code == 2
    assert "the query failed" in done.err


def test_an_unknown_format_is_an_error(run: Callable[..., Done], corpus: Path, tmp_path: Path) -> None:
    done = run("annotate", corpus, "-o", tmp_path / "out", "--format", "xml")
    assert done.code == 2
    assert "there are jsonl, parquet" in done.err


def test_copies(run: Callable[..., Done], tmp_path: Path) -> None:
    pytest.importorskip("datasketch")
    story = "Iran has sent a second batch of drones to Russia, an official in Washington said on Monday."
    rows = [{"id": "b", "text": "By our staff. " + story}, {"id": "a", "text": story}, {"id": "c", "text": "Else."}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "broken\n")
    done = run("copies", tmp_path / "in.jsonl", "-o", tmp_path / "copies.jsonl")
    assert done.code == 1
    assert "3 articles, 2 without their copies" in done.err
    lines = [json.loads(line) for line in (tmp_path / "copies.jsonl").read_text().splitlines()]
    assert {line["id"]: line["cluster"] for line in lines} == {"a": "a", "b": "a", "c": "c"}


def test_stories(run: Callable[..., Done], tmp_path: Path) -> None:
    rows = [{"id": "b", "text": "Iran sent drones."}, {"id": "a", "text": "Russia has drones of Iran."}]
    rows += [{"id": f"c{number}", "text": "Nothing here."} for number in range(9)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("annotate", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--any-language").code == 0
    done = run("stories", tmp_path / "out.jsonl", "-o", tmp_path / "stories.jsonl")
    assert "11 articles, 10 stories" in done.err
    lines = [json.loads(line) for line in (tmp_path / "stories.jsonl").read_text().splitlines()]
    assert lines[:3] == [{"id": "a", "story": "a"}, {"id": "b", "story": "a"}, {"id": "c0", "story": "c0"}]


def test_annotate_sets_other_languages_aside(run: Callable[..., Done], tmp_path: Path) -> None:
    text = (
        "Der Iran hat Russland eine zweite Lieferung Drohnen übergeben, sagte der Sprecher des Weißen Hauses am Montag."
    )
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "g", "text": text}) + "\n")
    done = run("annotate", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert done.code == 1
    assert "article 'g': the language is de, not English" in done.err
    assert run("annotate", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--any-language").code == 0


def test_fields_with_other_names(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("key,body\nx,Iran has drones.\n")
    options = ("annotate", tmp_path / "in.csv", "-o", tmp_path / "out.jsonl")
    assert run(*options, "--field", "text=body", "--field", "id=key").code == 0
    assert [article.id for article in read_annotated(tmp_path / "out.jsonl")] == ["x"]
    done = run(*options, "--field", "body")
    assert done.code == 2
    assert "OURS=THEIRS" in done.err


def test_facts_are_outside_boilerplate(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("Read also: Iran sends drones to Sudan")
    assert run("annotate", tmp_path / "in.txt", "-o", tmp_path / "out.jsonl").code == 0
    assert "(Iran, transfers, drones)" in run("show", tmp_path / "out.jsonl").out
    assert "(Iran, transfers, drones)" not in run("show", tmp_path / "out.jsonl", "--facts").out


def test_records_in_inline_markup(run: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_text("# id: a\n1: [Iran|COUNTRY|IRN] is far.\n---\n")
    (tmp_path / "b.ann").write_text("# id: b\n1: So is [Iraq|COUNTRY|IRQ].\n---\n")
    figures = json.loads(run("evaluate", tmp_path, tmp_path / "a.ann", "--json").out)
    assert figures["entities COUNTRY"] == {"p": 1.0, "r": 0.5, "f": 2 / 3, "gold": 2, "pred": 1}
    (tmp_path / "c.ann").write_text("one\n")
    done = run("show", tmp_path)
    assert done.code == 2
    assert "c.ann:1: not a numbered sentence" in done.err
