"""Where a project keeps its corpora: `assets/`, or the defs folder of a project that `dg` made."""

import tomllib
from pathlib import Path
from typing import Any

from lexiane_dagster.domain.errors import NotFoundError

DG_TOML = """\
directory_type = "project"

[project]
root_module = "assets"
defs_module = "assets"
code_location_target_module = "lexiane_dagster.definitions"
"""
WORKSPACE = """\
# Dagster loads the corpora of this project through this module, from the folder of this file.
load_from:
  - python_module:
      module_name: {module}
      working_directory: {folder}
"""
PYPROJECT = DG_TOML.replace("directory", "[tool.dg]\ndirectory").replace(
    "[project]", "[tool.dg.project]"
)
IGNORED = (".lexiane/", ".dagster/")


def dg_project(root: Path) -> dict[str, Any] | None:
    """The `project` table of a folder that `dg` knows, from pyproject.toml or dg.toml."""
    for name, path in (("pyproject.toml", ("tool", "dg", "project")), ("dg.toml", ("project",))):
        file = root / name
        if not file.is_file():
            continue
        value: Any = tomllib.loads(file.read_text("utf-8"))
        for key in path:
            value = value.get(key, {})
        if value:
            return dict(value)
    return None


def defs_folder(root: Path) -> Path:
    """The folder whose sub-folders are the corpora of the project at `root`."""
    project = dg_project(root) or {"defs_module": "assets"}
    module = str(project.get("defs_module") or f"{project['root_module']}.defs")
    relative = Path(*module.split("."))
    return next(
        (root / base / relative for base in ("src", ".") if (root / base / relative).is_dir()),
        root / relative,
    )


def corpus_folder(root: Path, name: str) -> Path:
    """The folder that declares the corpus `name`.

    Raises:
        NotFoundError: the project declares no such corpus.
    """
    folders = [file.parent for file in sorted(defs_folder(root).glob(f"**/{name}/defs.yaml"))]
    if not folders:
        raise NotFoundError(
            f"the project {root} declares no corpus {name!r}",
            remedy=f"add it: lexiane add {name} PATH",
        )
    return folders[0]


def start_project(root: Path) -> list[Path]:
    """Make `root` a project; what is there already is kept. Returns the files written."""
    declared = dg_project(root)
    module, folder = "lexiane_dagster.definitions", "."
    if declared and "root_module" in declared:
        name = str(declared["root_module"])
        module = str(declared.get("code_location_target_module") or f"{name}.definitions")
        folder = "src" if (root / "src" / name).is_dir() else "."
    wanted = {root / "workspace.yaml": WORKSPACE.format(module=module, folder=folder)}
    if declared is None:
        # A pyproject.toml that is about something else stays as it is.
        other = (root / "pyproject.toml").exists()
        wanted[root / ("dg.toml" if other else "pyproject.toml")] = DG_TOML if other else PYPROJECT
        wanted[root / "assets" / "__init__.py"] = ""
    written = [path for path, content in wanted.items() if _write_new(path, content)]
    _ignore(root / ".gitignore")
    return written


def _write_new(path: Path, content: str) -> bool:
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return True


def _ignore(file: Path) -> None:
    present = file.read_text("utf-8").splitlines() if file.is_file() else []
    missing = [line for line in IGNORED if line not in present]
    if missing:
        file.write_text("\n".join([*present, *missing]) + "\n", "utf-8")
