"""What a reader sees: a graph as an HTML page, an article in a notebook, statements in a terminal."""

from entityrel.view.article import article_html
from entityrel.view.html import graph_html
from entityrel.view.show import show
from entityrel.view.table import statements_table

__all__ = ["article_html", "graph_html", "show", "statements_table"]
