"""Event rows in the manner of PLOVER, the successor of CAMEO: who did what kind of thing to whom, when, where told.

| predicate | affirmed and actual, or possible | planned | desired | negated |
| --- | --- | --- | --- | --- |
| transfers, trains | AID | AGREE | REQUEST | REJECT |
| supports | SUPPORT | AGREE | REQUEST | REJECT |
| helps_produce, cooperates, trades | COOPERATE | AGREE | REQUEST | REJECT |
| agrees | AGREE | AGREE | REQUEST | REJECT |
| meets, negotiates, visits | CONSULT | AGREE | REQUEST | REJECT |
| accuses | ACCUSE | — | — | — |
| sanctions | SANCTION | THREATEN | REQUEST | YIELD |
| threatens | THREATEN | THREATEN | — | — |
| attacks; uses, destroys (with a recipient) | ASSAULT | THREATEN | — | — |
| deploys, tests | MOBILIZE | MOBILIZE | — | — |

A dash, and every other predicate (possesses, produces, acquires, leads, represents), gives no event: a state, or
something that did not happen, is none. `plover_rows` says how many edges gave no event.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import networkx as nx

from entityrel.graph.statements import standing

__all__ = ["EVENT_TYPES", "PloverRows", "plover_rows"]

_TALK: Final = {"planned": "AGREE", "desired": "REQUEST", "negated": "REJECT"}
_FORCE: Final = {"planned": "THREATEN"}


def _types(fact: str, others: dict[str, str]) -> dict[str, str]:
    return {"fact": fact, "possible": fact, **others}


#: Event type by predicate and standing ("fact", "planned", "possible", "desired", "negated").
EVENT_TYPES: Final[dict[str, dict[str, str]]] = {
    "transfers": _types("AID", _TALK),
    "trains": _types("AID", _TALK),
    "supports": _types("SUPPORT", _TALK),
    "helps_produce": _types("COOPERATE", _TALK),
    "cooperates": _types("COOPERATE", _TALK),
    "trades": _types("COOPERATE", _TALK),
    "agrees": _types("AGREE", _TALK),
    "meets": _types("CONSULT", _TALK),
    "negotiates": _types("CONSULT", _TALK),
    "visits": _types("CONSULT", _TALK),
    "accuses": _types("ACCUSE", {}),
    "sanctions": _types("SANCTION", {"planned": "THREATEN", "desired": "REQUEST", "negated": "YIELD"}),
    "threatens": _types("THREATEN", _FORCE),
    "attacks": _types("ASSAULT", _FORCE),
    "uses": _types("ASSAULT", _FORCE),
    "destroys": _types("ASSAULT", _FORCE),
    "deploys": _types("MOBILIZE", {"planned": "MOBILIZE"}),
    "tests": _types("MOBILIZE", {"planned": "MOBILIZE"}),
}
#: These are events between two actors only if a target is stated.
_TARGETED: Final = frozenset({"uses", "destroys", "transfers", "helps_produce"})


class PloverRows(NamedTuple):
    """Event rows, and how many edges gave none."""

    rows: list[dict[str, Any]]
    without_event: int


def plover_rows(graph: nx.MultiDiGraph) -> PloverRows:
    """One row for each edge that is an event; the table above says which type it has.

    The columns are ``event_id`` (the edge's key), ``event_date`` (its date, else that of the article), ``event_type``,
    ``event_mode`` (our predicate, which says more), ``certainty`` (our modality), ``actor_id``, ``actor_name``,
    ``actor_type``, ``recipient_id``, ``recipient_name``, ``recipient_type``, ``item``, ``source_id`` (who says so),
    ``outlet``, ``url``, ``text`` (the evidence).

    Args:
        graph: A graph of `entityrel.build_graph`.

    Example:
        >>> graph = nx.MultiDiGraph()
        >>> graph.add_edge("RUS", "UKR", key="a1:0f", predicate="attacks", polarity="affirmed", modality="actual")
        'a1:0f'
        >>> plover_rows(graph).rows[0]["event_type"]
        'ASSAULT'
    """
    rows = []
    for start, end, key, edge in graph.edges(keys=True, data=True):
        predicate = edge.get("predicate", "")
        event = EVENT_TYPES.get(predicate, {}).get(standing(edge))
        has_target = end != edge.get("item")
        if event is None or (predicate in _TARGETED and not has_target):
            continue
        target = end if has_target else None
        known = graph.nodes[target] if target is not None else {}
        rows.append(
            {
                "event_id": key,
                "event_date": edge.get("date") or edge.get("published"),
                "event_type": event,
                "event_mode": predicate,
                "certainty": edge.get("modality", "actual"),
                "actor_id": start,
                "actor_name": graph.nodes[start].get("name", start),
                "actor_type": graph.nodes[start].get("label"),
                "recipient_id": target,
                "recipient_name": known.get("name", target),
                "recipient_type": known.get("label"),
                "item": edge.get("item"),
                "source_id": edge.get("attribution"),
                "outlet": edge.get("outlet"),
                "url": edge.get("url"),
                "text": edge.get("evidence"),
            }
        )
    return PloverRows(rows, graph.number_of_edges() - len(rows))
