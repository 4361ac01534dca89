"""Options that several commands take."""

from typing import Annotated

import typer

Version = Annotated[
    str | None,
    typer.Option(
        "--version", metavar="V", help="Pin a version: handbook@3f9c2a1b04de or a prefix."
    ),
]
Release = Annotated[
    str, typer.Option("--release", metavar="R", help="Pin what a release points at.")
]
Group = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="G", help="Access group of the asker; may be given again."),
]
Top = Annotated[int, typer.Option("--top", metavar="N", min=1, max=100, help="Passages to rank.")]
Yes = Annotated[bool, typer.Option("--yes", help="Carry it out. Default: only say what would go.")]
