"""`lexiane answers`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lexiane_dagster.entrypoints.cli.options import Group
from lexiane_dagster.entrypoints.cli.output import (
    Json,
    ProjectOption,
    counted,
    one_line,
    print_json,
)
from lexiane_dagster.entrypoints.cli.project import open_application

if TYPE_CHECKING:
    from lexiane_dagster.domain.record import AnswerRecord


def answers(
    corpus: Annotated[
        str | None, typer.Option(metavar="NAME", help="Answers of this corpus.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(metavar="V", help="Answers that this version gave.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Answers whose question holds this text.")
    ] = None,
    principal: Annotated[
        str | None, typer.Option(metavar="P", help="Answers that were given to P.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="From this date or time (UTC) on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="T", help="Before this date or time (UTC).")
    ] = None,
    group: Group = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 20,
    as_json: Json = False,
    project: ProjectOption = None,
) -> None:
    """List the recorded answers, newest first. Those of groups that you do not name are left out."""
    from lexiane_dagster.application.find_answers import Wanted, find_answers
    from lexiane_dagster.application.open_version import resolve_version
    from lexiane_dagster.domain.version import full_name
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder

    app = open_application(project)
    if version is not None:
        digest = resolve_version(version, corpus, app.backends)
        version = full_name(app.backends.catalog.version(digest).corpus, digest)
    wanted = Wanted(corpus, version, search, principal, _moment(since), _moment(until))
    found = find_answers(app.backends.ledger, wanted, frozenset(group or ()), limit)
    if corpus is not None and not found.answers and corpus not in app.backends.catalog.corpora():
        corpus_folder(app.project.root, corpus)
    if as_json:
        print_json({"answers": [_listed(item) for item in found.answers], "hidden": found.hidden})
        return
    for item in found.answers:
        typer.echo(_line(item))
    if not found.answers:
        typer.echo("no answers")
    if found.hidden:
        told = counted(found.hidden, "answer")
        typer.echo(f"{told} of other groups left out: name the groups with --group")


def _moment(text: str | None) -> datetime | None:
    """A date or time; UTC unless it says otherwise."""
    from lexiane_dagster.domain.errors import ConfigurationError

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is neither a date nor a time",
            remedy="write it like 2026-01-31 or 2026-01-31T09:30:00Z",
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _listed(record: "AnswerRecord") -> dict[str, Any]:
    fields = record.fields
    return {
        "answer_id": record.answer_id,
        "at": record.entry.at,
        "version": record.version,
        "question": fields.get("question"),
        "principal": fields.get("principal"),
        "groups": list(record.groups),
        "abstained": fields["answer"]["abstained"] if "answer" in fields else None,
        "erased": list(record.erased),
    }


def _line(record: "AnswerRecord") -> str:
    from lexiane_dagster.domain.version import short_name

    corpus, _, digest = record.version.partition("@")
    question = record.fields.get("question")
    told = one_line(question) if question is not None else "(erased)"
    if question is not None and record.erased:
        told += " (partly erased)"
    if record.fields.get("answer", {}).get("abstained"):
        told += " (not in this corpus)"
    return f"{record.answer_id:>6}  {record.entry.at}  {short_name(corpus, digest)}  {told}"
