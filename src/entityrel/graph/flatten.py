"""One documented way to make any graph fit every export format: `flatten`.

| in memory | in an export |
| --- | --- |
| None, "" | left out |
| str | the same, less what no XML can hold: see `clean_text` |
| bool, int, float | the same; an integer beyond 64 bits becomes text |
| Enum | its value |
| date, datetime, time | ISO 8601 |
| list, tuple, set, dict | JSON text; sets are sorted |
| an integer as node id or edge key | text |
| an attribute with int and float values | float |
| an attribute with values of other mixed types | text |

Refused with an `ExportError` that names node or edge and attribute: NaN and infinity, other types, attribute names that
a format keeps for itself (`RESERVED`), names and ids that are neither text nor integers or that are empty, and two
nodes, keys or names that become the same by cleaning.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import numbers
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

import networkx as nx

from entityrel.errors import ExportError

__all__ = ["RESERVED", "clean_text", "flatten"]

#: Attribute names that a format of networkx overwrites or loses: node-link JSON the first four, GEXF the others.
RESERVED: Final = frozenset(
    {"source", "target", "key", "id"}
    | {"viz", "start", "end", "pid", "parents", "slices", "spells", "type", "for"}
    | {"networkx_key", "edge_key", "edge_label", "edge_weight", "entity_label"}
)

# Control characters become their pictures (U+0000 to U+2400), so that they stay visible, and all offsets stay.
_CLEAN: Final[dict[int, int | str]] = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    ord("\r"): " ",  # XML would turn it into a line end, one character for CR LF
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys((0xFFFE, 0xFFFF), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}

_Scalar = str | bool | int | float


def clean_text(text: str) -> str:
    """Replace what XML or UTF-8 cannot hold, character by character, so that all offsets stay.

    Control characters become their control pictures (NUL is "␀"), a carriage return becomes a space, and lone
    surrogates, C1 controls and the noncharacters U+FFFE and U+FFFF become U+FFFD. Tabs and line ends stay.

    Example:
        >>> clean_text("a\\x00b\\r\\nc\\ud800")
        'a␀b \\nc�'
    """
    return text.translate(_CLEAN)


def flatten(graph: nx.Graph) -> nx.Graph:
    """A copy of a graph of which every attribute is text, a truth value or a number, one type for each attribute.

    Args:
        graph: Any networkx graph whose nodes and edge keys are text.

    Returns:
        A new graph of the same class. Flattening it again changes nothing.

    Raises:
        ExportError: If an id, an attribute's name or a value cannot be kept; the message names it.
    """
    flat = graph.__class__()
    flat.graph.update(_one_type([_flat_items(graph.graph, "the graph")])[0])
    nodes = [(_flat_name(node, "node id", "a node"), attributes) for node, attributes in graph.nodes(data=True)]
    _refuse_doubles((node for node, _ in nodes), "nodes")
    values = _one_type([_flat_items(attributes, f"node {node!r}") for node, attributes in nodes])
    flat.add_nodes_from((node, attributes) for (node, _), attributes in zip(nodes, values, strict=True))

    multi = graph.is_multigraph()
    edges = list(graph.edges(keys=True, data=True)) if multi else [(u, v, 0, d) for u, v, d in graph.edges(data=True)]
    ends = [
        (*(_flat_name(end, "node id", "a node") for end in (u, v)), _flat_name(key, "key", f"an edge {u!r} → {v!r}"))
        for u, v, key, _ in edges
    ]
    _refuse_doubles(ends, "edges")
    values = _one_type([_flat_items(edge[3], f"edge {end}") for end, edge in zip(ends, edges, strict=True)])
    for (u, v, key), attributes in zip(ends, values, strict=True):
        if multi:
            flat.add_edge(u, v, key=key, **attributes)
        else:
            flat.add_edge(u, v, **attributes)
    return flat


def _flat_name(name: object, what: str, owner: str) -> str:
    if isinstance(name, int):
        return str(name)
    if not isinstance(name, str):
        raise ExportError(f"{owner} has the {what} {name!r}, a {type(name).__name__}; make it a str")
    if not name:
        raise ExportError(f"{owner} has an empty {what}, which GraphML loses; give it one")
    return clean_text(name)


def _refuse_doubles(names: Iterable[Any], what: str) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise ExportError(f"two {what} become {name!r} once control characters are replaced; rename one")
        seen.add(name)


def _flat_items(attributes: Mapping[Any, Any], owner: str) -> dict[str, _Scalar]:
    flat: dict[str, _Scalar] = {}
    for name, value in attributes.items():
        plain = _flat_name(name, "attribute name", owner)
        if plain in RESERVED or not plain.strip():
            raise ExportError(f"{owner} has an attribute {name!r}, a name that export formats overwrite; rename it")
        if plain in flat:
            raise ExportError(f"{owner} has two attributes that become {plain!r}; rename one")
        scalar = _flat_value(value, f"attribute {name!r} of {owner}")
        if scalar is not None:
            flat[plain] = scalar
    return flat


def _flat_value(value: object, where: str) -> _Scalar | None:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(value) or None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        return clean_text(json.dumps(_plain(value, where), ensure_ascii=False))
    if isinstance(value, numbers.Integral):  # numpy's integers as well
        number = int(value)
        return number if -(2**63) <= number < 2**63 else str(number)
    if isinstance(value, numbers.Real):
        if not math.isfinite(value):
            raise ExportError(f"{where} is {value}, which no JSON can hold; leave it out or write it as text")
        return float(value)
    raise ExportError(f"{where} is a {type(value).__name__}, which cannot be exported; write it as text")


def _plain(value: object, where: str) -> Any:
    """A value of lists, mappings and scalars only, for JSON."""
    if isinstance(value, Mapping):
        return {_flat_name(name, "name", where): _plain(item, where) for name, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(item, where) for item in value), key=json.dumps)
    if isinstance(value, list | tuple):
        return [_plain(item, where) for item in value]
    if value == "":
        return ""
    return _flat_value(value, where)


def _one_type(rows: list[dict[str, _Scalar]]) -> list[dict[str, _Scalar]]:
    """Give each attribute one type over all rows: GEXF and GraphML declare it once."""
    types: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            types.setdefault(name, set()).add(type(value))
    mixed = {name: float if found == {int, float} else str for name, found in types.items() if len(found) > 1}
    return [
        {name: mixed[name](value) if name in mixed else value for name, value in row.items()} for row in rows
    ]  # fmt: skip
