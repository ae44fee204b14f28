from __future__ import annotations

import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import networkx as nx
import pytest
from rich.cells import cell_len
from rich.console import Console

from entityrel.graph import build_graph
from entityrel.graph.export import graph_from_page
from entityrel.schema import AnnotatedArticle
from entityrel.view import article_html, graph_html, show, statements_table
from entityrel.view.html import MAX_NODES
from graph_records import SUPPLY, article

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\x00 \"'&\u202e"
SAID = article(
    "a1",
    f"{HOSTILE} Iran sent drones to Russia, Kirby said, and more words follow {'on and ' * 60}on.",
    {**SUPPLY, "source": "Kirby", "polarity": "negated", "modality": "planned", "quantity": "drones", "date": "2023"},
    title=HOSTILE,
    date="2023-12-07",
)


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_article_html_escapes_everything_and_marks_mentions() -> None:
    page = Tags(article_html(SAID))
    assert {tag for tag, _ in page.tags} == {"div", "mark", "span", "table", "tr", "th", "td"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert SAID.text.replace("\x00", "␀") in page.text
    assert "negated, planned" in page.text and "(Iran, transfers, drones → Russia)" in page.text
    marks = [attributes["title"] for tag, attributes in page.tags if tag == "mark"]
    assert marks == ["COUNTRY IRN", "WEAPON drone", "COUNTRY RUS", "PERSON john-kirby"] * 2


def test_article_html_without_statements_or_with_overlapping_mentions() -> None:
    assert "No statements" in article_html(AnnotatedArticle(text=""))
    iran = {"start": 0, "end": 4, "text": "Iran", "label": "COUNTRY", "id": "IRN"}
    longer = {"start": 0, "end": 8, "text": "Iran Air", "label": "ORG", "id": "iran-air"}
    both = AnnotatedArticle.model_validate({"text": "Iran Air flew.", "entities": [iran, longer]})
    page = Tags(both._repr_html_())
    assert "Iran Air flew." in page.text
    assert [attributes["title"] for tag, attributes in page.tags if tag == "mark"] == ["ORG iran-air"]


@pytest.mark.parametrize("width", [60, 80, 140])
def test_statements_table_fits_the_terminal(width: int) -> None:
    console = Console(width=width, file=io.StringIO())
    console.print(statements_table(SAID, width=width))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= width
    shown = " ".join(" ".join(lines).split())
    for word in ("(Iran, transfers, drones → Russia)", "negated, planned", "according to Kirby", "2023", "1 statement"):
        assert word in shown
    assert "\x00" not in shown and shown.count("on and") < 30  # the evidence is shortened


def test_statements_are_not_read_as_rich_markup() -> None:
    text = "[red]Iran[/red] sent drones to Russia."
    console = Console(width=80, file=io.StringIO())
    console.print(statements_table(article("[bold]a[/bold]", text, SUPPLY), width=80))
    assert isinstance(console.file, io.StringIO)
    assert text in console.file.getvalue() and "[bold]a[/bold]" in console.file.getvalue()


def test_page_holds_the_graph_and_nothing_from_outside() -> None:
    graph = build_graph([SAID])
    page = graph_html(graph, title=HOSTILE)
    tags = Tags(page).tags
    assert not [a for _, a in tags if {"src", "href", "action", "data"} & a.keys()]
    assert [a.get("type") for tag, a in tags if tag == "script"] == [*["application/json"] * 3, None]
    assert not re.findall(r"@import|url\(", page)
    policy = next(a["content"] for _, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'") and "'unsafe-inline'" not in policy.split("script-src")[1]
    assert "MIT License" in page  # sigma.js and graphology travel with their licences
    assert set(graph_from_page(page).edges(keys=True)) == set(graph.edges(keys=True))


def test_a_notebook_shows_the_same_page_in_a_closed_frame() -> None:
    graph = build_graph([SAID])
    [(tag, attributes)] = Tags(show(graph, title=HOSTILE)._repr_html_()).tags
    assert tag == "iframe" and attributes["srcdoc"] == graph_html(graph, title=HOSTILE)
    assert attributes["sandbox"] == "allow-scripts allow-popups"
    assert "characters" in repr(show(graph))


def test_page_policy_allows_the_very_script_that_is_in_it() -> None:
    page = graph_html(nx.MultiDiGraph())
    script = page.rsplit("<script>", 1)[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page


def test_a_large_graph_is_cut_to_its_backbone_and_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entityrel.view.html.MAX_NODES", 2)
    graph = nx.MultiDiGraph([("a", "b"), ("a", "b"), ("b", "c"), ("d", "d")])
    shown = graph_from_page(graph_html(graph))
    assert set(shown) == {"a", "b"}
    assert (shown.graph["left_out_nodes"], shown.graph["left_out_edges"]) == (2, 2)
    assert MAX_NODES == 20_000
