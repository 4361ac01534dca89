"""The commands, in the order in which a newcomer meets them."""

import typer

from lexiane_dagster.entrypoints.cli.add import add
from lexiane_dagster.entrypoints.cli.ask import ask
from lexiane_dagster.entrypoints.cli.build import build
from lexiane_dagster.entrypoints.cli.demo import demo
from lexiane_dagster.entrypoints.cli.doctor import doctor
from lexiane_dagster.entrypoints.cli.evaluate import evaluate
from lexiane_dagster.entrypoints.cli.plan import plan
from lexiane_dagster.entrypoints.cli.search import search
from lexiane_dagster.entrypoints.cli.show import show
from lexiane_dagster.entrypoints.cli.versions import versions


def register(app: typer.Typer) -> None:
    for command in (demo, add, plan, build, ask, search, versions, show, evaluate, doctor):
        app.command()(command)
