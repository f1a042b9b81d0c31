"""Layers, cycles, homes of libraries: what the layout promises."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "hcc_sdtm"
LAYERS = (
    "source", "problem", "build_time", "repeated_text", "number_text", "finding", "dates", "spec", "dataset", "raw",
    "terminology", "received", "mapping", "sdtm", "drafting", "checks", "adam", "endpoints", "register", "impact", "result",
    "outputs", "synthetic", "strategies", "pipeline", "new_study", "cli", "__init__",
)  # fmt: skip
HOMES = {
    "python_calamine": {"raw"},
    "yaml": {"spec"},
    "pandera": {"checks"},
    "pyreadstat": {"outputs", "raw", "received"},
    "lifelines": {"endpoints"},
    "matplotlib": {"outputs"},
    "PIL": {"outputs"},
    "jinja2": {"outputs"},
    "rtflite": {"outputs"},
    "polars": {"outputs"},
    "hypothesis": {"strategies"},
    "click": {"cli"},
    "scipy": {"endpoints"},
    "pyarrow": {"outputs", "received"},
    "xlrd": {"raw"},
}
FILES = sorted(SRC.rglob("*.py"))


def layer(path):
    relative = path.relative_to(SRC)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path):
    """(module, line is at the top of the file) of every import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            yield name, id(node) in top


def own_modules(path):
    for name, _ in imports(path):
        if name.startswith("hcc_sdtm"):
            parts = name.split(".")[1:]
            while parts and not ((SRC / Path(*parts)).with_suffix(".py").exists() or (SRC / Path(*parts)).is_dir()):
                parts = parts[:-1]
            if parts:
                yield parts


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_a_file_imports_only_from_the_layers_above_it(path):
    allowed = LAYERS[: LAYERS.index(layer(path)) + 1]
    wrong = {parts[0] for parts in own_modules(path)} - set(allowed)
    assert not wrong, f"{path.relative_to(SRC)} imports {wrong}"


def test_no_import_cycles():
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {".".join(parts) for parts in own_modules(path)} - {name}
    done, path_now = set(), []

    def visit(name):
        if name in path_now:
            pytest.fail(" -> ".join([*path_now[path_now.index(name) :], name]))
        if name in done or name not in graph:
            return
        path_now.append(name)
        for other in sorted(graph[name]):
            visit(other)
        path_now.pop()
        done.add(name)

    for name in graph:
        visit(name)


@pytest.mark.parametrize("library", HOMES)
def test_each_outside_library_has_one_home(library):
    users = {layer(path) for path in FILES for name, _ in imports(path) if name.split(".")[0] == library}
    assert users <= HOMES[library]


def test_checks_import_nothing_from_adam():
    assert not [
        path for path in (SRC / "checks").glob("*.py") if any(parts[0] == "adam" for parts in own_modules(path))
    ]


@pytest.mark.parametrize("arguments", [["import"], ["--help"]])
def test_importing_and_help_load_no_heavy_library(arguments):
    code = (
        "import runpy, sys; sys.argv = ['hcc-sdtm', *{rest!r}]\n"
        "try:\n    {body}\nexcept SystemExit: pass\n"
        "heavy = {{'pandas', 'numpy', 'pandera', 'lifelines', 'matplotlib', 'pyreadstat', 'openpyxl', 'scipy', 'rich'}}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    is_help = "--help" in arguments
    body = "from hcc_sdtm.cli import main; main()" if is_help else "import hcc_sdtm"
    script = code.format(rest=["--help"] if is_help else [], body=body)
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "[]"


def public_definitions(nodes, prefix=""):
    """Functions, classes and methods whose whole path is public; what a function holds inside is its own affair."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{prefix}{node.name}", node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{node.name}.")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_every_public_name_has_a_docstring_and_types(path):
    for name, node in public_definitions(ast.parse(path.read_text(encoding="utf-8")).body):
        assert ast.get_docstring(node), f"{name} has no docstring"
        assert isinstance(node, ast.ClassDef) or node.returns is not None, f"{name} has no return type"
