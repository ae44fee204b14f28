"""The layers of ARCHITECTURE.md: which package may import which."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import entityrel

SOURCE = Path(entityrel.__file__).parent
#: Each part of the package with the parts that it may import.
ALLOWED = {
    "errors": set(),
    "schema": {"errors", "view"},  # view only inside _repr_html_, when a notebook asks for it
    "knowledge": {"errors", "schema", "knowledge"},
    "facts": {"errors", "schema"},
    "markup": {"errors", "schema", "knowledge"},
    "evaluate": {"errors", "schema", "knowledge"},
    "resolve": {"schema", "knowledge"},
    "pipeline": {"errors", "schema", "knowledge", "pipeline"},
    "sql": {"errors"},
    "corpus": {"errors", "schema", "knowledge", "pipeline", "corpus", "sql"},
    "graph": {"errors", "schema", "knowledge", "graph", "view", "sql"},  # view only inside the writer of .html
    "view": {"errors", "schema", "knowledge", "graph", "view"},
}
LIBRARIES = {"spacy": {"pipeline", "corpus"}, "networkx": {"graph", "view"}, "torch": set(), "typer": {"cli"}}
#: Modules under pipeline/ that several components share; components themselves never import each other.
COMPONENTS = {"gazetteer", "canonicalizer", "resolver", "ruler", "classifier", "merger", "qualifier"}


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def _part(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


MODULES = [path for path in SOURCE.rglob("*.py") if _part(path) not in ("__init__", "cli")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down_only(path: Path) -> None:
    part = _part(path)
    for name in _imports(path):
        top, _, rest = name.partition(".")
        if top == "entityrel" and rest:
            assert rest.split(".")[0] in ALLOWED[part], f"{path} imports {name}"
        elif top in LIBRARIES:
            assert part in LIBRARIES[top], f"{path} imports {name}"


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_components_do_not_import_each_other(name: str) -> None:
    path = SOURCE / "pipeline" / f"{name}.py"
    others = {f"entityrel.pipeline.{other}" for other in COMPONENTS - {name}}
    assert not others & _imports(path)


def test_the_map_names_every_module() -> None:
    page = SOURCE.parents[1] / "ARCHITECTURE.md"
    if not page.exists():
        pytest.skip("no checkout")
    names = set(re.findall(r"`(?:[\w/]+/|entityrel_)?(\w+)(?:\.py)?`", page.read_text(encoding="utf-8")))
    missing = {path.stem for path in SOURCE.rglob("*.py") if not path.stem.startswith("__")} - names
    assert not missing, f"ARCHITECTURE.md has no line for {sorted(missing)}"


def test_importing_the_package_imports_no_heavy_library() -> None:
    code = "import sys, entityrel; print([m for m in ('spacy', 'torch', 'networkx') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "[]"
