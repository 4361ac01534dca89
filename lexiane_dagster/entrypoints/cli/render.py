"""How an answer looks in a terminal."""

from typing import TYPE_CHECKING

from lexiane_dagster.domain.answer import Citation
from lexiane_dagster.domain.version import SHORT_DIGITS
from lexiane_dagster.entrypoints.cli.output import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from lexiane_dagster.application.answer import RecordedAnswer

INDENT = 4


def render_answer(recorded: "RecordedAnswer") -> None:
    """The quotes of an answer with their places, the version they are pinned to, and its number."""
    from rich.console import Console
    from rich.text import Text

    console, answer = Console(highlight=False), recorded.answer
    if answer.abstained:
        console.print(Text(answer.text, style="bold yellow"))
    for number, citation in enumerate(answer.citations, start=1):
        quote = Text.assemble((f"[{number}] ", "bold"), f"“{one_line(citation.quote)}”")
        _print(console, quote)
        for line in _place(citation):
            _print(console, Text(" " * INDENT + line, style="dim"))
    corpus, _, digest = answer.search.version.partition("@")
    pinned = f"pinned to {corpus}@{digest[:SHORT_DIGITS]}, recorded as answer {recorded.answer_id}"
    console.print(Text(pinned, style="dim"))


def _print(console: "Console", text: "Text") -> None:
    """Wrapped with a hanging indent in a terminal; one line of any length elsewhere."""
    if not console.is_terminal:
        console.print(text, soft_wrap=True)
        return
    for number, line in enumerate(text.wrap(console, max(40, console.width) - INDENT)):
        if number:
            line.pad_left(INDENT)
        line.rstrip()
        console.print(line)


def _place(citation: Citation) -> list[str]:
    where = f"page {citation.page}, " if citation.page is not None else ""
    lines = [f"{one_line(citation.document_id)}, {where}characters {citation.start}-{citation.end}"]
    if citation.heading:
        lines.append(" > ".join(one_line(heading) for heading in citation.heading))
    return lines
