"""Event rows in the manner of PLOVER, the successor of CAMEO: who did what kind of thing to whom, when, where told.

The types are the sixteen of PLOVER's manual; REQUEST is what its drafts call DEMAND, and CAMEO's YIELD is CONCEDE
(in words) or RETREAT (in deed). This table was checked against the manual and against the table from CAMEO to PLOVER
(`PLOVER_MANUAL.tex`, `CAMEO2PLOVER-2021.txt` in https://github.com/openeventdata/PLOVER); CAMEO's number stands behind.

| predicate | affirmed and actual, or possible | planned | desired | negated |
| --- | --- | --- | --- | --- |
| transfers, helps_produce, trains | AID (072) | AGREE (0332) | REQUEST (1032) | REJECT (1222) |
| cooperates, trades | COOPERATE (06) | AGREE (031) | REQUEST (101) | REJECT (121) |
| supports | SUPPORT (05) | AGREE (032) | REQUEST (102) | REJECT (121) |
| agrees | SUPPORT (057) | AGREE (03) | REQUEST (107) | REJECT (127) |
| meets, negotiates, visits | CONSULT (04) | AGREE (036) | REQUEST (106) | REJECT (125) |
| accuses | ACCUSE (11) | — | — | — |
| sanctions | SANCTION (163) | THREATEN (1312) | REQUEST (10) | RETREAT (085) |
| threatens | THREATEN (13) | THREATEN (13) | — | — |
| attacks; uses, destroys (with a recipient) | ASSAULT (18, 19) | THREATEN (138) | — | — |
| deploys | MOBILIZE (15) | MOBILIZE (15) | — | RETREAT (0874) |
| tests | MOBILIZE (15) | MOBILIZE (15) | — | — |

Why so, by the manual: AID benefits mostly the recipient, COOPERATE both sides; an agreement that is signed is SUPPORT,
one that is promised is AGREE; all cooperation in the future is AGREE; a withdrawal (`deploys`, negated) and sanctions
that are lifted (`sanctions`, negated) are RETREAT.

- Of a REQUEST the actor is who asks and the recipient who is asked: the speaker of the relation, and its subject.
  Without a speaker, or where a speaker asks himself, there is no event.
- What is negated by its own subject or target ("Iran denied supplying drones") is a denial: no event. A refusal is one.
- A dash, and every other predicate (possesses, produces, acquires, leads, represents), gives no event: a state, or
  something that did not happen, is none. `plover_rows` says how many edges gave no event.

Two of our predicates are wider than a type: `supports` also has help in money or men, which would be AID; `destroys`
also has seizures, which would be COERCE.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import networkx as nx

from entityrel.graph.statements import standing

__all__ = ["EVENT_TYPES", "QUADS", "PloverRows", "plover_rows"]

_TALK: Final = {"planned": "AGREE", "desired": "REQUEST", "negated": "REJECT"}
_FORCE: Final = {"planned": "THREATEN"}


def _types(fact: str, others: dict[str, str]) -> dict[str, str]:
    return {"fact": fact, "possible": fact, **others}


#: Event type by predicate and standing ("fact", "planned", "possible", "desired", "negated").
EVENT_TYPES: Final[dict[str, dict[str, str]]] = {
    "transfers": _types("AID", _TALK),
    "helps_produce": _types("AID", _TALK),
    "trains": _types("AID", _TALK),
    "cooperates": _types("COOPERATE", _TALK),
    "trades": _types("COOPERATE", _TALK),
    "supports": _types("SUPPORT", _TALK),
    "agrees": _types("SUPPORT", _TALK),
    "meets": _types("CONSULT", _TALK),
    "negotiates": _types("CONSULT", _TALK),
    "visits": _types("CONSULT", _TALK),
    "accuses": _types("ACCUSE", {}),
    "sanctions": _types("SANCTION", {"planned": "THREATEN", "desired": "REQUEST", "negated": "RETREAT"}),
    "threatens": _types("THREATEN", _FORCE),
    "attacks": _types("ASSAULT", _FORCE),
    "uses": _types("ASSAULT", _FORCE),
    "destroys": _types("ASSAULT", _FORCE),
    "deploys": _types("MOBILIZE", {"planned": "MOBILIZE", "negated": "RETREAT"}),
    "tests": _types("MOBILIZE", {"planned": "MOBILIZE"}),
}
#: All types of PLOVER by their class, as the manual has it; PROTEST, COERCE and CONCEDE have no predicate of ours.
QUADS: Final[dict[str, str]] = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), "verbal cooperation"),
    **dict.fromkeys(("COOPERATE", "AID", "RETREAT"), "material cooperation"),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), "verbal conflict"),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "material conflict"),
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
    ``quad_class`` (see `QUADS`), ``event_mode`` (our predicate, which says more than PLOVER's own modes),
    ``certainty`` (our modality), ``actor_id``, ``actor_name``, ``actor_type``, ``recipient_id``, ``recipient_name``,
    ``recipient_type``, ``item``, ``source_id`` (who says so), ``outlet``, ``url``, ``text`` (the evidence).

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
        found = _event(start, end, edge)
        if found is None:
            continue
        event, actor, recipient = found
        known = graph.nodes[recipient] if recipient is not None else {}
        rows.append(
            {
                "event_id": key,
                "event_date": edge.get("date") or edge.get("published"),
                "event_type": event,
                "quad_class": QUADS[event],
                "event_mode": edge["predicate"],
                "certainty": edge.get("modality", "actual"),
                "actor_id": actor,
                "actor_name": graph.nodes[actor].get("name", actor),
                "actor_type": graph.nodes[actor].get("label"),
                "recipient_id": recipient,
                "recipient_name": known.get("name", recipient),
                "recipient_type": known.get("label"),
                "item": edge.get("item"),
                "source_id": edge.get("attribution"),
                "outlet": edge.get("outlet"),
                "url": edge.get("url"),
                "text": edge.get("evidence"),
            }
        )
    return PloverRows(rows, graph.number_of_edges() - len(rows))


def _event(start: str, end: str, edge: dict[str, Any]) -> tuple[str, str, str | None] | None:
    """The event's type, actor and recipient."""
    predicate, how, speaker = edge.get("predicate", ""), standing(edge), edge.get("attribution")
    event = EVENT_TYPES.get(predicate, {}).get(how)
    target = None if end == edge.get("item") else end
    if event is None or (predicate in _TARGETED and target is None):
        return None
    if event == "REQUEST":
        return None if speaker in (None, start) else (event, str(speaker), start)
    if how == "negated" and speaker in (start, end):
        return None
    return event, start, target
