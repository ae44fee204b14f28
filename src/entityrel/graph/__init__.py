"""Records to graphs: building, exporting, counting. Nothing here knows spaCy."""

from entityrel.graph.build import build_graph, edge_key
from entityrel.graph.claims import as_of, claims, contradictions, sides, without
from entityrel.graph.export import read_graph, write_graph
from entityrel.graph.flatten import flatten
from entityrel.graph.select import backbone
from entityrel.graph.sources import independent_sources
from entityrel.graph.statements import aggregate, by_statement

__all__ = [
    "aggregate",
    "as_of",
    "backbone",
    "build_graph",
    "by_statement",
    "claims",
    "contradictions",
    "edge_key",
    "flatten",
    "independent_sources",
    "read_graph",
    "sides",
    "without",
    "write_graph",
]
