"""`lexiane retention`."""

import typer

from lexiane_dagster.entrypoints.cli.options import Yes
from lexiane_dagster.entrypoints.cli.output import BarProgress, Json, ProjectOption, print_json
from lexiane_dagster.entrypoints.cli.project import open_application


def retention(yes: Yes = False, as_json: Json = False, project: ProjectOption = None) -> None:
    """Erase answers and collect versions that the profile's retention rules let go.

    Without --yes it says what would go and why the rest stays. Nothing that a release or an answer that
    is kept needs ever goes.
    """
    from lexiane_dagster.application.erasure.retain import plan_retention, retain

    app = open_application(project)
    leaves: tuple[int, ...] = ()
    if yes:
        with app.alone():
            plan = plan_retention(app.backends, app.rules, BarProgress())
            leaves = retain(plan, app.backends, BarProgress())
    else:
        plan = plan_retention(app.backends, app.rules, BarProgress())
    if as_json:
        print_json({"collected": yes, **plan.to_json(), "leaves": leaves})
        return
    if app.rules.answers is None and app.rules.versions is None:
        typer.echo("The profile has no retention rules: everything is kept.")
    verb = "erased" if yes else "to erase"
    typer.echo(f"answers    {len(plan.answers)} {verb}, {plan.answers_kept} kept")
    for name in plan.versions:
        typer.echo(f"version    {name}: {'collected' if yes else 'to collect'}")
    for version in plan.kept:
        typer.echo(f"kept       {version.name}: {', '.join(version.reasons)}")
    typer.echo(
        f"store      {len(plan.leftovers.keys)} objects and {len(plan.leftovers.texts)} vectors "
        "that nothing needs"
    )
    if not yes:
        typer.echo("Nothing was changed. To carry it out, say --yes.")
