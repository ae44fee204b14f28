"""The page in a real browser: no request, no error, and what a reader does with it.

Needs the extra ``browser`` (playwright) and a Chromium on the machine; without them these tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from entityrel.graph import aggregate, build_graph, write_graph
from entityrel.graph.rollup import roll_up
from graph_records import SUPPLY, article

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"></script><script>document.title='hacked'</script>"
TEXT = f"🚀 {HOSTILE} Iran sent drones to Russia, Kirby said."
ARTICLES = [
    article("a1", TEXT, {**SUPPLY, "source": "Kirby", "quantity": "drones"}, date="2023-12-07", title=HOSTILE,
            url="https://example.org/1", outlet="Weekly"),
    article("a2", "Iran denied it.", {"predicate": "accuses", "subject": "Iran", "object": "Iran"},
            url="javascript:alert(1)"),
    article("a3", "Russia hit Odesa.", {"predicate": "attacks", "subject": "Russia", "object": "Odesa"},
            date="2024-02-01"),
    article("a4", "Russia will not hit Ukraine.", {"predicate": "attacks", "subject": "Russia", "object": "Ukraine",
            "polarity": "negated", "modality": "planned"}, date="2022-02-01"),
    article("a5", "China met Syria.", {"predicate": "meets", "subject": "China", "object": "Syria"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    with sync_api.sync_playwright() as started:
        yield started


def launch(playwright: Any, *flags: str) -> Any:
    quiet = ("--no-sandbox", "--disable-background-networking")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*quiet, *flags])


@pytest.fixture(scope="module")
def browser(playwright: Any) -> Iterator[Any]:
    started = launch(playwright, "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
    yield started
    started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_graph(build_graph(ARTICLES), tmp_path_factory.mktemp("page") / "graph.html")


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1300, "height": 850})
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: complaints.append(request.url) if request.url != file.as_uri() else None)
    opened.goto(file.as_uri())
    opened.wait_for_function("window.entityrel && window.entityrel.ready")
    yield opened
    opened.close()
    assert complaints == []


def point_at(page: Any, place: dict[str, float]) -> None:
    """Move the mouse about a place until the picture has noticed what lies there."""
    for _ in range(50):
        page.mouse.move(place["x"] + 1, place["y"])
        page.mouse.move(place["x"], place["y"])
        page.wait_for_timeout(100)
        if page.evaluate("document.getElementById('graph').style.cursor") == "pointer":
            return
    raise AssertionError(f"nothing is drawn at {place}")


def test_page_draws_and_counts(page: Any) -> None:
    assert page.evaluate("Boolean(window.entityrel.picture)")
    assert page.text_content("#count") == "8 entities · 5 statements"
    assert page.title() == "Knowledge graph"


def test_search_finds_and_a_node_shows_its_statements(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("mosc")
    assert page.locator("#found").text_content() == "nothing found"
    page.fill("#query", "iRân")
    page.keyboard.press("Enter")
    details = page.locator("#details")
    assert details.locator("h2").text_content().startswith("Iran")
    assert details.locator(".statement").count() == 2
    page.keyboard.press("Escape")
    assert details.locator("h2").text_content() == "Who does what to whom"


def test_a_click_on_a_node_and_on_a_line_shows_evidence(page: Any) -> None:
    middle, end = page.evaluate(
        """() => {
            const { graph, picture, pairs } = window.entityrel;
            const pair = pairs.find((each) => graph.ids[each.from] === "IRN" && graph.ids[each.to] === "RUS");
            const [a, b] = [pair.from, pair.to].map((row) => picture.onScreen(row));
            const box = document.getElementById("graph").getBoundingClientRect();
            return [{ x: box.x + (a.x + b.x) / 2, y: box.y + (a.y + b.y) / 2 }, { x: box.x + b.x, y: box.y + b.y }];
        }"""
    )
    point_at(page, middle)
    page.mouse.click(middle["x"], middle["y"])
    statement = page.locator("#details .statement")
    assert statement.count() == 1
    assert statement.locator("blockquote").text_content() == TEXT
    assert statement.locator("mark").all_text_contents() == ["Iran", "drones", "Russia", "Kirby"]
    shown = statement.text_content()
    for word in ("(Iran, transfers, drones → Russia)", "according to", "Kirby", "2023-12-07 · Weekly", HOSTILE):
        assert word in shown
    link = statement.locator("a")
    assert link.get_attribute("href") == "https://example.org/1" and "noopener" in link.get_attribute("rel")
    page.wait_for_timeout(500)  # or it would be a double click
    point_at(page, end)
    page.mouse.click(end["x"], end["y"])
    assert page.locator("#details h2").text_content().startswith("Russia")


def test_addresses_that_are_no_web_pages_are_no_links(page: Any) -> None:
    page.evaluate("window.entityrel.choose({ node: window.entityrel.graph.rank.get('IRN') })")
    assert page.locator("#details a").count() == 1


def test_filters_hide_and_come_back(page: Any) -> None:
    def count() -> str:
        return str(page.text_content("#count"))

    page.uncheck("#by-predicate input[value=attacks]")
    assert count() == "4 of 8 entities · 3 of 5 statements"
    page.click("#reset")
    assert count() == "8 entities · 5 statements"
    page.uncheck("#by-standing input[value='negated, planned']")
    assert "4 of 5 statements" in count()
    page.click("#reset")
    page.uncheck("#by-label input[value=LOC]")
    assert "4 of 5 statements" in count()
    page.click("#reset")
    page.uncheck("#undated")
    page.locator("#to").fill("1")
    assert page.text_content("#from-text") == "2022-02" and page.text_content("#to-text") == "2023-12"
    assert "2 of 5 statements" in count()
    page.click("#by-predicate button[data-all=false]")
    assert "0 of 5 statements" in count()


def other_page(browser: Any, graph: nx.Graph, path: Path) -> Any:
    opened = browser.new_page(viewport={"width": 1300, "height": 850})
    opened.goto(write_graph(graph, path).as_uri())
    opened.wait_for_function("window.entityrel && window.entityrel.ready")
    return opened


def test_filters_that_leave_nothing_say_so(page: Any) -> None:
    assert not page.locator("#notice").is_visible()
    page.click("#by-predicate button[data-all=false]")
    assert "filters" in page.text_content("#notice")
    page.click("#reset")
    assert not page.locator("#notice").is_visible()


@pytest.mark.parametrize("nodes", [0, 1])
def test_a_page_without_statements_says_that_and_why(browser: Any, tmp_path: Path, nodes: int) -> None:
    opened = other_page(browser, build_graph([article("a", "Iran.")][:nodes], isolated=True), tmp_path / "g.html")
    assert "no statement was found" in opened.text_content("#notice")
    details = opened.text_content("#details")
    assert "Nothing to show" in details and "left out" in details
    assert ("1 entity" in details) == bool(nodes)
    assert not opened.locator("#by-predicate").is_visible() and not opened.locator("#legend").is_visible()
    opened.close()


def test_statements_are_shown_by_how_they_are_told(browser: Any, tmp_path: Path) -> None:
    opened = other_page(browser, aggregate(build_graph(ARTICLES)), tmp_path / "statements.html")
    assert opened.locator("#by-standing input").evaluate_all("boxes => boxes.map((box) => box.value)") == [
        "fact",
        "negated",
    ]
    assert opened.locator("#by-date").is_visible()
    opened.fill("#query", "Iran")
    opened.keyboard.press("Enter")
    shown = opened.locator("#details").text_content()
    assert "(Iran, transfers, drones → Russia)" in shown and "affirmed by 1 (as a fact by 1), denied by 0" in shown
    opened.close()


def test_a_parent_says_what_it_stands_for(browser: Any, tmp_path: Path) -> None:
    rolled = roll_up(build_graph(ARTICLES), {"IRN": "axis", "RUS": "axis"})
    opened = other_page(browser, rolled, tmp_path / "rolled.html")
    opened.fill("#query", "axis")
    opened.keyboard.press("Enter")
    assert "stands for: Iran, Russia" in opened.locator("#details").text_content()
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_in_light_and_dark(browser: Any, file: Path, scheme: str) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    phone.goto(file.as_uri())
    phone.wait_for_function("window.entityrel && window.entityrel.ready")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert not phone.locator("#filters").is_visible()
    phone.click("#toggle")
    assert phone.locator("#filters").is_visible()
    background = phone.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[scheme]
    phone.close()


def test_without_webgl_the_statements_are_still_there(playwright: Any, file: Path) -> None:
    bare = launch(playwright, "--disable-3d-apis")
    page = bare.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.entityrel && window.entityrel.ready")
    assert "cannot be drawn" in page.text_content("#notice")
    page.fill("#query", "Russia")
    page.keyboard.press("Enter")
    assert page.locator("#details .statement").count() == 3
    bare.close()


@pytest.mark.skipif("ENTITYREL_BENCHMARK" not in os.environ, reason="a measurement: set ENTITYREL_BENCHMARK=1")
def test_first_paint_of_twenty_thousand_nodes(browser: Any, tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    for number, (start, end) in enumerate(nx.barabasi_albert_graph(20_000, 3, seed=1).edges()):
        evidence = f"Entity {start} sent {number} drones to entity {end}, according to nobody in particular."
        graph.add_edge(f"n{start}", f"n{end}", key=f"a{number // 7}:{number}", predicate="transfers", evidence=evidence,
                       polarity="affirmed", modality="actual", published=f"20{number % 24:02}-05-01")  # fmt: skip
    path = write_graph(graph, tmp_path / "large.html")
    seconds = []
    for _ in range(5):
        # polling evaluates text, which the page's own policy forbids
        page = browser.new_page(viewport={"width": 1300, "height": 850}, bypass_csp=True)
        started = time.perf_counter()
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_function("window.entityrel && window.entityrel.ready", polling=20)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        seconds.append(time.perf_counter() - started)
        page.close()
    print(
        f"{graph}: picture after {statistics.median(seconds):.1f} s (median of {len(seconds)}), load {os.getloadavg()}"
    )
