from __future__ import annotations

import datetime as dt
import enum
import importlib.util
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entityrel.errors import ExportError
from entityrel.graph import build_graph, flatten, read_graph, write_graph
from entityrel.graph.flatten import RESERVED
from graph_records import SUPPLY, article

EXTENSIONS = [".json", ".graphml", ".gexf", ".html", ".cyjs", ".csv", ".gephi.csv"]
if importlib.util.find_spec("rdflib"):
    EXTENSIONS.append(".nq")
HOSTILE = "\x00</script><!-- & \r\n\ud800 🚀 \u200fשלום\u200e \ufffe ]]> \u2028 ' \""


class Colour(enum.StrEnum):
    RED = "red"


def hostile_graph() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(name="hostile")
    graph.add_node(HOSTILE, label="ORG", name=HOSTILE, aliases=("b", HOSTILE), nothing=None, mixed=1)
    graph.add_node("b", label="ORG", mixed="one", kind=Colour.RED, first=dt.date(2024, 2, 29), bag={"y", "x"})
    graph.add_node("alone")
    graph.add_edge(HOSTILE, "b", key="1", note=HOSTILE, confidence=1, big=2**70, yes=True)
    graph.add_edge(HOSTILE, "b", key="2", note="", confidence=0.5, nested={"a": [None, 1, {"b": ""}]})
    graph.add_edge("b", "b", key="3", at=dt.datetime(2024, 1, 1, 12), blank="  \t\n")
    return graph


def described(graph: nx.Graph) -> tuple[dict[str, Any], dict[Any, Any]]:
    return dict(graph.nodes(data=True)), {edge[:3]: edge[3] for edge in graph.edges(keys=True, data=True)}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_hostile_attributes_survive_flattened(extension: str, tmp_path: Path) -> None:
    path = write_graph(hostile_graph(), tmp_path / f"graph{extension}")
    found = read_graph(path)
    assert described(found) == described(flatten(hostile_graph()))
    stem = path.name.removesuffix(".csv")
    names = [f"{stem}-{table}.csv" for table in ("edges", "nodes")] if path.suffix == ".csv" else [path.name]
    assert sorted(each.name for each in tmp_path.iterdir()) == names


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("graph", [nx.MultiDiGraph(), nx.DiGraph([("a", "b")]), nx.Graph([("a", "b")])], ids=str)
def test_plain_graphs_of_other_kinds_can_be_written(graph: nx.Graph, extension: str, tmp_path: Path) -> None:
    if extension in (".csv", ".gephi.csv", ".nq") and not graph.is_directed():
        with pytest.raises(ExportError, match="directed"):
            write_graph(graph, tmp_path / f"graph{extension}")
        return
    found = read_graph(write_graph(graph, tmp_path / f"graph{extension}"))
    assert list(found.nodes) == list(graph.nodes)
    assert [edge[:2] for edge in found.edges] == list(graph.edges)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_long_evidence_survives(extension: str, tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="k", predicate="supports", evidence="x" * 200_000)
    write_graph(graph, tmp_path / f"graph{extension}")
    found = read_graph(tmp_path / f"graph{extension}")
    assert found.edges["a", "b", "k"]["evidence"] == "x" * 200_000


def test_flatten_has_the_documented_readings() -> None:
    flat = flatten(hostile_graph())
    assert flat.nodes["b"] == {
        "label": "ORG", "mixed": "one", "kind": "red", "first": "2024-02-29", "bag": '["x", "y"]',
    }  # fmt: skip
    clean = "␀</script><!-- &  \n\ufffd 🚀 \u200fשלום\u200e \ufffd ]]> \u2028 ' \""
    assert len(clean) == len(HOSTILE)
    assert flat.nodes[clean] == {
        "label": "ORG", "name": clean, "aliases": '["b", "' + clean.replace('"', '\\"').replace("\n", "\\n") + '"]',
        "mixed": "1",
    }  # fmt: skip
    edges = {key: edge for *_, key, edge in flat.edges(keys=True, data=True)}
    assert edges["1"] == {"note": clean, "confidence": 1.0, "big": str(2**70), "yes": True}
    assert edges["2"] == {"confidence": 0.5, "nested": '{"a": [null, 1, {"b": ""}]}'}
    assert described(flatten(flat)) == described(flat)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_names_are_refused_by_name(name: str, tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_edge("a", "b", key="1")
    graph.edges["a", "b", "1"][name] = "x"
    with pytest.raises(ExportError, match=f"'{name}'"):
        write_graph(graph, tmp_path / "graph.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", 1j])
def test_values_that_no_format_holds_are_refused_with_node_and_name(value: object) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("IRN", odd=value)
    with pytest.raises(ExportError, match=r"attribute 'odd' of node 'IRN'"):
        flatten(graph)


def test_ids_that_become_equal_are_refused() -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(["a\x00", "a␀"])
    with pytest.raises(ExportError, match="a␀"):
        flatten(graph)
    for node in ("", 0.5, ("a", 1)):
        with pytest.raises(ExportError, match="node id"):
            flatten(nx.MultiDiGraph([(node, "b")]))


def test_gephi_finds_its_own_columns_and_plain_names(tmp_path: Path) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("IRN", label="COUNTRY", name="Iran", articles=3, first_seen="2023")
    graph.add_edge("IRN", "IRN", key="1", predicate="meets", weight=2.0, Weight=1, confidence=0.5, exact=True)
    write_graph(graph, tmp_path / "graph.gephi.csv")
    nodes, edges = ((tmp_path / f"graph.gephi-{table}.csv").read_text().splitlines() for table in ("nodes", "edges"))
    assert nodes == ["Id,Label,entity_label,name,articles,first_seen:string", "IRN,Iran,COUNTRY,Iran,3,2023"]
    assert edges == [
        "Source,Target,Type,Label,Weight,edge_key,predicate,Weight:integer,confidence,exact",
        "IRN,IRN,Directed,meets,2.0,1,meets,1,0.5,true",
    ]


def test_unknown_extension_names_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"\.graphml"):
        write_graph(nx.MultiDiGraph(), tmp_path / "graph.txt")


def test_a_failed_export_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.graphml"
    write_graph(nx.MultiDiGraph([("a", "b")]), path)
    before = path.read_bytes()
    original = nx.write_graphml

    def lossy(graph: nx.Graph, file: Any) -> None:
        smaller = graph.copy()
        smaller.remove_node("b")
        original(smaller, file)

    monkeypatch.setattr(nx, "write_graphml", lossy)
    with pytest.raises(ExportError, match=r"'b'"):
        write_graph(nx.MultiDiGraph([("a", "b"), ("b", "c")]), path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["graph.graphml"]


def test_what_is_no_graph_is_named(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text("[]")
    with pytest.raises(ExportError, match=r"graph\.json"):
        read_graph(path)
    with pytest.raises(OSError, match="missing"):
        read_graph(tmp_path / "missing.json")


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_built_graph_goes_through_every_format(extension: str, tmp_path: Path) -> None:
    text = "Iran sent drones to Russia, Kirby said.\r\n"
    graph = build_graph([article("a1", text, {**SUPPLY, "source": "Kirby"}, title="<b>", date="2024-01-01")])
    assert described(read_graph(write_graph(graph, tmp_path / f"g{extension}"))) == described(flatten(graph))


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(), st.dates(),
    st.lists(st.text(), max_size=2), st.sampled_from(Colour), st.dictionaries(st.text(), st.integers(), max_size=2),
)  # fmt: skip
attributes = st.dictionaries(
    st.sampled_from(["name", "label", "note", "weight", "π", "a b", "<x>"]), values, max_size=4
)


@given(st.dictionaries(st.text(), attributes, max_size=4), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_round_trip_of_any_graph(tmp_path: Path, nodes: dict[str, dict[str, Any]], data: st.DataObject) -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(nodes.items())
    if nodes:
        ends = st.sampled_from(sorted(nodes))
        for key in data.draw(st.sets(st.text(max_size=5), max_size=4)):
            graph.add_edge(data.draw(ends), data.draw(ends), key=key)
            for *_, each, edge in graph.edges(keys=True, data=True):
                if each == key:
                    edge.update(data.draw(attributes))
    try:
        flat = flatten(graph)
    except ExportError:
        return
    for extension in EXTENSIONS:
        assert described(read_graph(write_graph(graph, tmp_path / f"graph{extension}"))) == described(flat)


@given(st.dictionaries(st.text(min_size=1), attributes, min_size=1, max_size=4), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_dot_holds_names_and_predicates(tmp_path: Path, nodes: dict[str, dict[str, Any]], negated: bool) -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(nodes.items())
    graph.add_edge(*[min(nodes)] * 2, key="1", predicate="meets", polarity="negated" if negated else "affirmed")
    try:
        flat = flatten(graph)
    except ExportError:
        return
    found = read_graph(write_graph(graph, tmp_path / "graph.dot"))
    assert {node: known["label"] for node, known in found.nodes(data=True)} == {
        node: str(known.get("name", node)) for node, known in flat.nodes(data=True)
    }
    [(*_, edge)] = found.edges(data=True)
    assert (edge["label"], edge["style"]) == ("meets", "dashed" if negated else "solid")
