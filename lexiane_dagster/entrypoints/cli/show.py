"""`lexiane show`."""

from typing import Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Group
from lexiane_dagster.entrypoints.cli.output import (
    BarProgress,
    Json,
    ProjectOption,
    one_line,
    print_json,
)
from lexiane_dagster.entrypoints.cli.project import open_application


def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ANSWER|VERSION",
            help="Number of an answer (decimal digits only), or a version: handbook@3f9c2a1b04de, "
            "or a prefix of its digits with at least one letter.",
        ),
    ],
    group: Group = None,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Show what an answer rests on and why each passage was ranked where it was, or what a version
    is made of.

    An answer that was given to members of groups is shown with those groups only.
    """
    if name.isascii() and name.isdecimal():
        _show_answer(int(name), frozenset(group or ()), as_json, project)
    else:
        _show_version(name, as_json, project)


def _show_answer(
    answer_id: int, groups: frozenset[str], as_json: bool, project: str | None
) -> None:
    from lexiane_dagster.application.explain import explain
    from lexiane_dagster.application.records import load_record
    from lexiane_dagster.entrypoints.cli.render_explanation import explanation_lines

    app, progress = open_application(project), BarProgress()
    record = load_record(app.backends.ledger, answer_id, groups)
    found = explain(record, lambda digest: app.asker(digest, progress), app.backends.ledger)
    if as_json:
        print_json(found.to_json())
        return
    for line in explanation_lines(found):
        typer.echo(line)


def _show_version(version: str, as_json: bool, project: str | None) -> None:
    from lexiane_dagster.application.build_index import load_manifest
    from lexiane_dagster.application.open_version import erased_of, resolve_version
    from lexiane_dagster.domain.version import full_name

    app = open_application(project)
    digest = resolve_version(version, None, app.backends)
    manifest = load_manifest(app.backends.objects, digest)
    erased = erased_of(manifest, app.backends)
    lost = {"documents": erased.documents, "chunks": erased.chunks}
    if as_json:
        # Without erasures exactly the bytes, canonical form aside, that the name is the digest of.
        print_json(manifest.to_json() | ({"erased": lost} if any(lost.values()) else {}))
        return
    entry = app.backends.catalog.version(digest)
    releases = app.backends.catalog.releases(entry.corpus)
    pointing = [name for name, at in releases.items() if at == digest]
    typer.echo(f"version    {full_name(entry.corpus, digest)}")
    typer.echo(f"created    {entry.created}")
    typer.echo(f"releases   {', '.join(pointing) or 'none'}")
    typer.echo(
        f"holds      {manifest.document_count} documents, {manifest.chunk_count} chunks, "
        f"{manifest.lexical.terms} terms"
    )
    if any(lost.values()):
        typer.echo(f"erased     {lost['documents']} documents, {lost['chunks']} chunks since then")
    for waived in app.backends.tables.waived(manifest.waived):
        typer.echo(f"left out   {one_line(waived.document_id)} ({waived.reason})")
    for name, root in (
        ("documents", manifest.documents),
        ("chunks", manifest.chunks),
        ("vectors", manifest.vectors),
        ("terms", manifest.lexical.root),
        ("embedder", manifest.embedder.digest),
    ):
        typer.echo(f"{name:<10} {root}")
    made = entry.provenance if isinstance(entry.provenance, dict) else {}
    libraries = made.get("libraries")
    if isinstance(libraries, dict):
        listed = ", ".join(f"{name} {number}" for name, number in libraries.items())
        typer.echo(f"made with  {listed}")
    # Same roots but for the vectors, and another profile: another type of processor is the reason.
    typer.echo(f"processor  {made.get('machine')}, numeric profile {made.get('numeric_profile')}")
