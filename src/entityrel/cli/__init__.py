"""The command line. `entityrel --help` lists the commands; nothing here imports spaCy before a command needs it.

Exit codes: 0, all went well; 1, some records were set aside (they are named on standard error); 2, it could not go on.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from entityrel import __version__
from entityrel.cli.console import ERR, Seen, number, plain, plan_text, progress
from entityrel.cli.records import read_records
from entityrel.cli.report import report, report_table, write_report
from entityrel.corpus.boilerplate import in_boilerplate
from entityrel.corpus.language import only_english
from entityrel.corpus.readers import STDIN, count, read
from entityrel.corpus.writers import jsonl_writer, write_jsonl
from entityrel.errors import EntityrelError, RecordError
from entityrel.schema import AnnotatedArticle

__all__ = ["app", "main"]

#: Exit codes.
SET_ASIDE, FAILED = 1, 2
#: What to do about an error of the operating system.
_ADVICE: dict[type[OSError], str] = {
    FileNotFoundError: "; give a place that is there and where folders can be made",
    FileExistsError: "; a file stands where a folder is to be, give another name",
    NotADirectoryError: "; a file stands where a folder is to be, give another name",
    IsADirectoryError: "; a folder stands there, give the name of a file in it",
    PermissionError: "; give a place where you may read and write",
}

app = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich",
    help="From news text to a knowledge graph: who does what to whom, with which weapon, according to whom.",
    epilog="Start with [bold]entityrel demo[/bold]. Exit codes: 0 all went well, 1 records were set aside, 2 failed.",
)  # fmt: skip

Pipeline = Annotated[
    str, typer.Option("--pipeline", "-p", help="Name or path of a spaCy pipeline with entityrel's components.")
]
Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="JSON Lines (records with at least [bold]text[/bold]; also .gz, .zst), .csv, .parquet, .txt, .html, "
        ".warc, a folder of these, or [bold]-[/bold] for standard input.",
        show_default=False,
    ),
]
Annotations = Annotated[
    list[Path],
    typer.Argument(
        help="JSON Lines (also .gz, .zst) or folders written by [bold]entityrel annotate[/bold].", exists=True
    ),
]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends the process with an exit code."""
    try:
        app(arguments, prog_name="entityrel")
    except (EntityrelError, OSError) as error:
        ERR.print(f"[bold red]error:[/] {plain(_message(error))}", highlight=False)
        sys.exit(FAILED)


def _message(error: EntityrelError | OSError) -> str:
    """The message of an error; one of the operating system names the file and what to do."""
    if not isinstance(error, OSError) or not error.filename or not error.strerror:
        return str(error)
    advice = next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), "")
    return f"{error.filename}: {error.strerror[0].lower()}{error.strerror[1:]}{advice}"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"entityrel {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command."""


@app.command()
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")] = Path("entityrel-demo"),
    pipeline: Pipeline = "sm",
) -> None:
    """Annotate the shipped example articles, print what they state, and write annotations and graphs to a folder."""
    from entityrel.corpus.annotate import annotate_many, load_pipeline  # noqa: PLC0415
    from entityrel.corpus.examples import example_articles  # noqa: PLC0415
    from entityrel.graph import build_graph, write_graph  # noqa: PLC0415

    started = perf_counter()
    with ERR.status("loading the pipeline"):
        nlp = load_pipeline(pipeline)
        examples = example_articles()
    with progress() as bar:
        articles = list(bar.track(annotate_many(examples, nlp=nlp), total=len(examples), description="annotating"))
    console = Console()
    for article in articles:
        _print_article(console, article)
    with ERR.status("writing"):
        write_jsonl(output / "annotations.jsonl", articles)
        built = build_graph(articles)
        names = ("graph.json", "graph.graphml", "graph.html")
        for name in names:
            write_graph(built, output / name)
    statements = sum(len(article.relations) for article in articles)
    console.print(
        f"{len(articles)} articles, {statements} statements, {built.number_of_nodes()} entities "
        f"in {perf_counter() - started:.0f} s.\nWritten to [bold]{plain(str(output))}/[/]: annotations.jsonl, "
        f"{', '.join(names)}; open graph.html in a browser.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip


@app.command()
def annotate(
    inputs: Inputs,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="A name that ends in .jsonl, .jsonl.gz or .jsonl.zst: one file. - : standard output. "
            "Any other name: a folder, in shards, so that a run that was cut off goes on where it was.",
        ),
    ],
    pipeline: Pipeline = "sm",
    gazetteer: Annotated[
        Path | None,
        typer.Option(help="CSV of your own names (text, label, id), which win over ours.", exists=True, dir_okay=False),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            "-w",
            min=1,
            help="Processes, each with its pipeline; without it 1. On Ray: shards at a time; without it all that fit.",
            show_default=False,
        ),
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(help="JSON Lines to write of what was set aside: file, line, id, reason.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help="What a field is called in the input, such as text=body; repeatable."),
    ] = None,
    any_language: Annotated[
        bool, typer.Option("--any-language", help="Do not set articles in other languages than English aside.")
    ] = False,
    time_limit: Annotated[
        float | None,
        typer.Option(
            min=1,
            help="Seconds after which an article is given up and set aside; 300 with more workers or a memory limit.",
        ),
    ] = None,
    memory_limit: Annotated[
        float | None,
        typer.Option(min=1, help="GB of memory for each process; an article that needs more is set aside."),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            rich_help_panel="When OUTPUT is a folder",
            help="How articles are written: jsonl, or parquet (for DuckDB, pandas …).",
        ),
    ] = "jsonl",
    shard_size: Annotated[
        int, typer.Option(min=1, rich_help_panel="When OUTPUT is a folder", help="Articles in a shard.")
    ] = 1000,
    resume: Annotated[
        bool,
        typer.Option(rich_help_panel="When OUTPUT is a folder", help="Keep the shards that are there and up to date."),
    ] = True,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", rich_help_panel="When OUTPUT is a folder", help="Say what there is to do, and do nothing."
        ),
    ] = False,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(
            rich_help_panel="When OUTPUT is a folder",
            help="Who does the shards: processes of this machine, or a Ray cluster; the bytes are the same.",
        ),
    ] = "local",
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            rich_help_panel="When OUTPUT is a folder",
            help="Head of the Ray cluster; [bold]auto[/bold]: the one of this machine; [bold]local[/bold]: start one. "
            "Without it RAY_ADDRESS, or the one of this machine, or a new one.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find mentions and relations in articles; one record a line, in the order of the input.

    Broken records are named with file and line and set aside; the rest goes on, and the exit code is 1.
    A file appears when it is complete.

    Examples: entityrel annotate news.jsonl -o annotations.jsonl

    entityrel annotate pages/ -o corpus --workers 4 --format parquet

    entityrel annotate pages/ -o corpus --engine ray --ray-address head:6379
    """
    from entityrel.corpus.annotate import Limits, Named  # noqa: PLC0415

    _check_inputs(inputs)
    limits = None
    if time_limit or memory_limit:
        limits = Limits(seconds=time_limit or 300, memory=int(memory_limit * 1e9) if memory_limit else None)
    one_file = str(output) == STDIN or output.name.endswith((".jsonl", ".jsonl.gz", ".jsonl.zst"))
    for option, given in (("--engine ray", engine == "ray"), ("--dry-run", dry_run)):
        if one_file and given:
            raise typer.BadParameter("is for an OUTPUT that is a folder", param_hint=option)
    if not one_file and (below := [name for name in inputs if _is_folder_in(name, output)]):
        raise typer.BadParameter(
            f"{', '.join(below)} is in OUTPUT or the same folder, and output is not read as input: give another OUTPUT",
            param_hint="INPUT",
        )
    if ray_address is not None and engine != "ray":
        raise typer.BadParameter("goes with --engine ray", param_hint="--ray-address")
    fields = _fields(field or [])
    nlp = Named(pipeline, gazetteer)
    figures = None
    items = read(
        inputs, fields=fields, skip=[path for path in (output, rejected) if path is not None and str(path) != STDIN]
    )
    if not any_language:
        items = only_english(items)
    with ExitStack() as stack:
        write_rejected = stack.enter_context(jsonl_writer(rejected)) if rejected and not dry_run else None
        seen = Seen(None if dry_run else stack.enter_context(progress()), count(inputs), write_rejected)
        if one_file:
            from entityrel.corpus.run import annotate_inputs  # noqa: PLC0415

            write = stack.enter_context(jsonl_writer(output))
            for result in annotate_inputs(items, nlp=nlp, workers=workers or 1, limits=limits):
                seen.result(result)
                if isinstance(result, AnnotatedArticle):
                    write(result.to_json())
        else:
            from entityrel.corpus import shards  # noqa: PLC0415

            if dry_run:
                run = shards.plan(items, output, nlp=nlp, form=form, shard_size=shard_size)
                Console().print(plan_text(run), highlight=False)
                return
            run = shards.annotate_to_folder(
                items, output, nlp=nlp, form=form, workers=workers, limits=limits, shard_size=shard_size, resume=resume,
                engine=engine, ray_address=ray_address, on_progress=seen.results,
                on_kept=partial(seen.kept, folder=output),
            )  # fmt: skip
            figures = report(run, seen, engine=engine, workers=workers, pipeline=pipeline, format=form)
            write_report(output, figures)
    seen.report(output)
    if figures:
        ERR.print(report_table(figures))
    if seen.rejected:
        raise typer.Exit(SET_ASIDE)


@app.command()
def show(
    annotations: Annotations,
    ids: Annotated[
        list[str] | None, typer.Option("--id", help="Only the article with this id; may be repeated.")
    ] = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="Only what is affirmed and actual, outside boilerplate.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="Say of each statement how it was found.")] = False,
) -> None:
    """Print the statements of annotated articles."""
    console = Console()
    found = set()
    for article in _facts(read_records(*annotations), facts):
        if ids and article.id not in ids:
            continue
        found.add(article.id)
        _print_article(console, article)
        if why:
            for relation in article.relations:
                console.print(plain(relation.explain()), highlight=False, end="\n\n")
    if missing := [ident for ident in ids or () if ident not in found]:
        ERR.print(f"[bold red]error:[/] no article has the id {plain(', '.join(missing))}", highlight=False)
        raise typer.Exit(FAILED)


@app.command()
def graph(
    annotations: Annotations,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="File to write; its ending says how: .html (a page to look at), .json, .graphml, .gexf, .csv (Neo4j), "
            ".gephi.csv, .nq (RDF), .cyjs (Cytoscape), .dot (Graphviz).",
        ),
    ],
    facts: Annotated[
        bool, typer.Option("--facts", help="Only what is affirmed and actual, outside boilerplate.")
    ] = False,
    up: Annotated[
        list[str] | None,
        typer.Option(
            "--roll-up",
            help="Take countries for an alliance (nato, european-union, brics …), their 'region' or 'part' of one, or "
            "persons for the country that they lead ('leaders'), at the date of the statement; may be repeated.",
        ),
    ] = None,
    statements: Annotated[
        bool, typer.Option("--statements", help="One edge for each statement, with how many sources it has.")
    ] = False,
) -> None:
    """Build the graph of annotated articles: entities are nodes, statements are edges with their evidence.

    The file is read again and compared before it takes its name.
    """
    from entityrel.graph import aggregate, build_graph, write_graph  # noqa: PLC0415

    built = build_graph(_facts(read_records(*annotations), facts))
    if up:
        from entityrel.graph.parents import named  # noqa: PLC0415
        from entityrel.graph.rollup import roll_up  # noqa: PLC0415

        built = roll_up(built, named(built, up))
    if statements:
        built = aggregate(built)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_graph(built, output)
    nodes, edges = built.number_of_nodes(), built.number_of_edges()
    ERR.print(f"{number(nodes, 'node')} and {number(edges, 'edge')} written to {plain(str(output))}", highlight=False)


@app.command()
def evaluate(
    gold: Annotated[
        Path, typer.Argument(help="Gold records: JSON Lines, inline markup, or a folder of these.", exists=True)
    ],
    predicted: Annotated[Path, typer.Argument(help="Predicted records, likewise.", exists=True)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON, unrounded.")] = False,
    errors: Annotated[int, typer.Option(min=0, help="Also print up to this many wrong relations of each kind.")] = 0,
) -> None:
    """Compare predictions with gold: precision, recall and F1 of mentions and relations, and more."""
    from entityrel import evaluate as evaluation  # noqa: PLC0415

    ours, theirs = list(read_records(gold)), list(read_records(predicted))
    if ours and theirs and {article.id for article in ours}.isdisjoint(article.id for article in theirs):
        raise RecordError(
            f"{gold} and {predicted} have no article in common: the ids are like {ours[0].id!r} in the one and like "
            f"{theirs[0].id!r} in the other; annotate the texts of {gold} with their ids"
        )
    result = evaluation.evaluate(ours, theirs)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), indent=1))
        return
    console = Console()
    console.print(result.table())
    for kind in ("missing", "spurious", "reversed"):
        for item in [item for item in result.disagreements if item.kind == kind][:errors]:
            console.print(f"{kind:9} {plain(item.article)}: {plain(item.reading)}", highlight=False)


@app.command()
def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="Such as: SELECT * FROM by_pair LIMIT 10", show_default=False)
    ],
    dataset: Annotated[
        Path, typer.Argument(help="Folder written with --format parquet.", exists=True, file_okay=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print rows as JSON Lines.")] = False,
) -> None:
    """Ask a Parquet dataset by SQL (DuckDB).

    Tables: articles, mentions, relations. Views: statements, facts, transfers, by_month, by_pair.
    """
    from entityrel.corpus.query import query as ask  # noqa: PLC0415

    columns, rows = ask(sql, dataset)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))
        return
    table = Table()
    for column in columns:
        table.add_column(plain(column), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else plain(str(value)) for value in row))
    Console().print(table)


@app.command()
def copies(
    inputs: Inputs,
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON Lines to write, or - for standard output.")],
) -> None:
    """Find articles that are copies of each other, such as one wire story in many papers.

    Writes a line for each article: its id and that of its cluster. An article without copies is its own cluster.
    """
    from entityrel.corpus.copies import copy_clusters  # noqa: PLC0415

    _check_inputs(inputs)
    with progress() as bar, jsonl_writer(output) as write:
        seen = Seen(bar, count(inputs), None)
        clusters = copy_clusters(seen.articles_of(read(inputs, skip=[output])))
        for ident, cluster in clusters.items():
            write(json.dumps({"id": ident, "cluster": cluster}))
    ERR.print(
        f"{number(len(clusters), 'article')}, {len(set(clusters.values())):,} without their copies", highlight=False
    )
    if seen.rejected:
        raise typer.Exit(SET_ASIDE)


@app.command()
def stories(
    annotations: Annotations,
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON Lines to write, or - for standard output.")],
) -> None:
    """Find articles that tell one story: the same event by different reporters, and their copies.

    Writes a line for each article: its id and that of its story. An article alone is its own story.
    """
    from entityrel.corpus.stories import story_clusters  # noqa: PLC0415

    with progress() as bar, jsonl_writer(output) as write:
        clusters = story_clusters(bar.track(read_records(*annotations), description="reading"))
        for ident, story in clusters.items():
            write(json.dumps({"id": ident, "story": story}))
    told = len(set(clusters.values()))
    ERR.print(f"{number(len(clusters), 'article')}, {told:,} {'story' if told == 1 else 'stories'}", highlight=False)


@app.command()
def info(pipeline: Pipeline = "sm") -> None:
    """Print the versions of everything that a result depends on."""
    from entityrel.corpus.annotate import load_pipeline  # noqa: PLC0415
    from entityrel.knowledge.files import data_version  # noqa: PLC0415
    from entityrel.knowledge.ontology import load_ontology  # noqa: PLC0415

    table = Table(show_header=False, box=None)
    table.add_row("entityrel", __version__)
    table.add_row("knowledge", f"{data_version()} (ontology {load_ontology().version})")
    nlp = load_pipeline(pipeline)
    meta = nlp.meta
    table.add_row("pipeline", f"{meta['lang']}_{meta['name']} {meta['version']}")
    table.add_row("", f"{nlp.path or 'in memory'}")
    table.add_row("components", ", ".join(nlp.pipe_names))
    table.add_row("python", f"{platform.python_version()} on {platform.platform()}")
    for package in ("spacy", "pydantic", "networkx", "trafilatura", "torch"):
        try:
            table.add_row(package, version(package))
        except PackageNotFoundError:
            table.add_row(package, "not installed")
    Console().print(table, highlight=False)


def _fields(pairs: list[str]) -> dict[str, str]:
    fields = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(fields) < len(pairs) or not fields.keys() <= {"id", "date", "title", "url", "text"}:
        raise typer.BadParameter("write OURS=THEIRS, with id, date, title, url or text as OURS", param_hint="--field")
    return fields


def _check_inputs(inputs: list[str]) -> None:
    if missing := [name for name in inputs if name != STDIN and not Path(name).exists()]:
        raise typer.BadParameter(f"no such file or folder: {', '.join(missing)}", param_hint="INPUT")


def _is_folder_in(name: str, output: Path) -> bool:
    folder = Path(name).resolve()
    return name != STDIN and folder.is_dir() and output.resolve() in (folder, *folder.parents)


def _facts(articles: Iterable[AnnotatedArticle], only: bool) -> Iterator[AnnotatedArticle]:
    for article in articles:
        if only:
            kept = tuple(item for item in article.relations if item.is_fact and not in_boilerplate(item))
            yield article.model_copy(update={"relations": kept})
        else:
            yield article


def _print_article(console: Console, article: AnnotatedArticle) -> None:
    from entityrel.view.table import statements_table  # noqa: PLC0415

    console.print(statements_table(article, width=console.width))
    console.print()
