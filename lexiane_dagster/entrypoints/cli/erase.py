"""`lexiane erase`."""

from typing import TYPE_CHECKING, Annotated

import typer

from lexiane_dagster.entrypoints.cli.options import Yes
from lexiane_dagster.entrypoints.cli.output import (
    BarProgress,
    Json,
    ProjectOption,
    one_line,
    print_json,
)
from lexiane_dagster.entrypoints.cli.project import open_application

if TYPE_CHECKING:
    from lexiane_dagster.application.erasure.plan import ErasurePlan
    from lexiane_dagster.bootstrap import Application


def erase(
    answer: Annotated[
        list[int] | None,
        typer.Option("--answer", metavar="N", help="An answer; may be given again."),
    ] = None,
    principal: Annotated[
        list[str] | None,
        typer.Option("--principal", metavar="P", help="All answers given to P."),
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option("--document", metavar="ID", help="A document, in every version."),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option("--corpus", metavar="C", help="The corpus of the documents."),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", help="Kept with the erasure, erasable as well."),
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """Erase answers, everything given to a person, or a document from every version.

    Without --yes it says what would go and changes nothing. What goes cannot be brought back.
    """
    from lexiane_dagster.application.erasure.erase import erase as carry_out
    from lexiane_dagster.application.erasure.plan import Wanted, plan_erasure
    from lexiane_dagster.bootstrap import analyzer

    app = open_application(project)
    wanted = Wanted(
        tuple(answer or ()),
        tuple(principal or ()),
        tuple(document or ()),
        tuple(corpus or ()),
        reason,
    )
    leaves: tuple[int, ...] = ()
    if yes:
        with app.alone():
            plan = plan_erasure(wanted, analyzer, app.backends, BarProgress())
            leaves = carry_out(plan, app.backends)
    else:
        plan = plan_erasure(wanted, analyzer, app.backends, BarProgress())
    still = _still_listed(app, wanted.corpora, wanted.documents)
    if as_json:
        print_json({"erased": yes, **plan.to_json(), "leaves": leaves, "still_in_source": still})
        return
    _render(plan, yes, leaves)
    for name in still:
        typer.echo(
            f"Attention: the source still holds {one_line(name)}. Remove it there: the next build would "
            "refuse it unchanged, and take it in once it is changed."
        )


def _render(plan: "ErasurePlan", done: bool, leaves: tuple[int, ...]) -> None:
    told = plan.to_json()
    rows = told["rows"] if isinstance(told["rows"], dict) else {}
    verb = "gone" if done else "to go"
    if plan.wanted.principals and not plan.answers:
        typer.echo("principal  no answer that is kept was given to that name; check the spelling")
    typer.echo(f"answers    {len(plan.answers)} touched, {told['fields']} fields {verb}")
    if plan.wanted.documents:
        if not plan.traces.rows and not plan.traces.redactions:
            typer.echo(
                "documents  nothing holds a document of that name. Erased documents are not known by "
                "name any more; check the spelling"
            )
        typer.echo(
            f"documents  {rows.get('documents', 0)} rows and {rows.get('chunks', 0)} passages {verb}, "
            f"{told['objects']} objects, {told['vectors']} vectors"
        )
        for version in plan.versions:
            typer.echo(f"version    {version}")
        for version in plan.unopenable:
            typer.echo(f"lost       {version}: this release cannot keep its statistics, so that it "
                       "cannot be opened again")  # fmt: skip
    if not done:
        typer.echo("Nothing was changed. To erase for good, say --yes.")
    else:
        listed = ", ".join(map(str, leaves)) or "none: nothing was left to erase"
        typer.echo(f"ledger     erasure leaves: {listed}")


def _still_listed(
    app: "Application", corpora: tuple[str, ...], documents: tuple[str, ...]
) -> list[str]:
    """Which of `documents` the sources of `corpora` list now."""
    from lexiane_dagster.bootstrap import source
    from lexiane_dagster.domain.errors import LexianeError
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder
    from lexiane_dagster.orchestration.launch import corpus_settings

    found: set[str] = set()
    for corpus in corpora:
        try:
            settings = corpus_settings(app.project.root, corpus_folder(app.project.root, corpus))
            listed = source(app.project, settings).entries()
            found.update(entry.document_id for entry in listed)
        except LexianeError:
            # A corpus that is no longer declared, or whose source is gone, brings nothing back.
            continue
    return sorted(found.intersection(documents))
