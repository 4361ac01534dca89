"""How an answer looks in a terminal."""

from lexiane_dagster.domain.answer import Answer, Citation
from lexiane_dagster.domain.version import SHORT_DIGITS


def render_answer(answer: Answer) -> None:
    """The quotes of an answer with their places, and the version they are pinned to."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    if answer.abstained:
        console.print(Text(answer.text, style="bold yellow"))
    for number, citation in enumerate(answer.citations, start=1):
        quote = " ".join(citation.quote.split())
        console.print(
            Text.assemble(
                (f"[{number}] ", "bold"),
                f"\N{LEFT DOUBLE QUOTATION MARK}{quote}\N{RIGHT DOUBLE QUOTATION MARK}",
            )
        )
        console.print(Padding(Text(_place(citation), style="dim"), (0, 0, 0, 4)))
    corpus, _, digest = answer.search.version.partition("@")
    console.print(Text(f"pinned to {corpus}@{digest[:SHORT_DIGITS]}", style="dim"))


def _place(citation: Citation) -> str:
    parts = [citation.document_id]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if citation.heading:
        parts.append(" > ".join(citation.heading))
    return ", ".join(parts) + f" (characters {citation.start}-{citation.end})"
