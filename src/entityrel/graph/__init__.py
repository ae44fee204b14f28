"""Records to graphs: building, exporting, counting. Nothing here knows spaCy."""

from entityrel.graph.build import build_graph, edge_key
from entityrel.graph.export import read_graph, write_graph
from entityrel.graph.flatten import flatten
from entityrel.graph.select import backbone

__all__ = ["backbone", "build_graph", "edge_key", "flatten", "read_graph", "write_graph"]
