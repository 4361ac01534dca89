"""`lexiane add`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lexiane_dagster.entrypoints.cli.output import Json, ProjectOption, print_json


def add(
    name: Annotated[str, typer.Argument(help="Name of the corpus: a-z, 0-9 and _.")],
    path: Annotated[Path, typer.Argument(help="Folder of documents, or a .jsonl file.")],
    language: Annotated[
        str, typer.Option(help="Language of the documents; none: no stemming.")
    ] = "english",
    on_error: Annotated[
        str, typer.Option(metavar="fail|quarantine", help="What a bad document does to a build.")
    ] = "fail",
    max_quarantined: Annotated[
        int, typer.Option(min=0, help="How many documents quarantine may leave out.")
    ] = 0,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Declare a corpus: writes its defs.yaml; outside a project, starts one here."""
    import yaml

    from lexiane_dagster.domain.corpus import CORPUS_NAME
    from lexiane_dagster.domain.errors import ConfigurationError
    from lexiane_dagster.entrypoints.cli.layout import defs_folder, start_project
    from lexiane_dagster.settings import CorpusSettings, parse

    if not CORPUS_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name for a corpus",
            remedy="use lower-case letters, digits and underscores",
        )
    documents = path.expanduser().resolve()
    if not (documents.is_dir() or (documents.is_file() and documents.suffix == ".jsonl")):
        raise ConfigurationError(
            f"{path} is neither a folder nor a .jsonl file", remedy="name an existing one"
        )
    root = _root(project)
    started = start_project(root)
    file = defs_folder(root) / name / "defs.yaml"
    if file.exists():
        raise ConfigurationError(
            f"corpus {name!r} exists already: {file}",
            remedy="edit that file, or choose another name",
        )
    attributes: dict[str, Any] = {
        "source": {
            "type": "folder" if documents.is_dir() else "jsonl",
            "path": _relative(documents, root),
        },
        "language": language,
    }
    if on_error != "fail" or max_quarantined:
        attributes |= {"on_error": on_error, "max_quarantined": max_quarantined}
    parse(CorpusSettings, attributes, "options")
    declared = {"type": "lexiane_dagster.CorpusIndex", "attributes": attributes}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(declared, sort_keys=False, allow_unicode=True), "utf-8")
    if as_json:
        print_json({"corpus": name, "file": str(file), "started": [str(item) for item in started]})
        return
    for item in started:
        typer.echo(f"wrote {item}")
    typer.echo(f"wrote {file}\nnext: lexiane build {name}")


def _root(project: str | None) -> Path:
    """An existing project, or the folder that is to become one."""
    from lexiane_dagster.domain.errors import ConfigurationError
    from lexiane_dagster.settings import find_project

    if project is not None:
        return Path(project).resolve()
    try:
        return find_project()
    except ConfigurationError:
        from lexiane_dagster.entrypoints.cli.layout import dg_project

        here = Path.cwd()
        return next((f for f in (here, *here.parents) if dg_project(f)), here)


def _relative(documents: Path, root: Path) -> str:
    """Relative inside the project, so that it can be moved; absolute outside."""
    return str(documents.relative_to(root)) if documents.is_relative_to(root) else str(documents)
