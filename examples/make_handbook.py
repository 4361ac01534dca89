"""Make the binary files of the handbook (PDF, Word, Excel, PowerPoint, e-mail) from their sources.

    python examples/make_handbook.py [FOLDER]

Run twice, it writes the same bytes, so that the digests of the documents (and of every index
version built on them) only change when somebody changes a text.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from handbook_content import mail, pdf, sheets, slides, word
from handbook_content.markup import Source, read_source

_HERE = Path(__file__).parent
SOURCES = _HERE / "handbook_content" / "sources"
HANDBOOK = _HERE / "handbook"


def _from_text(render: Callable[[Source], bytes]) -> Callable[[Path], bytes]:
    return lambda path: render(read_source(path))


_RENDERERS: dict[str, Callable[[Path], bytes]] = {
    ".pdf": _from_text(pdf.render),
    ".docx": _from_text(word.render),
    ".pptx": _from_text(slides.render),
    ".eml": _from_text(mail.render),
    ".xlsx": sheets.render,
}


def make(target: Path) -> list[Path]:
    """Render every source below `target`; the files written, in order of their paths."""
    written = []
    for source in sorted(path for path in SOURCES.rglob("*") if path.is_file()):
        file = target / source.relative_to(SOURCES).with_suffix("")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_RENDERERS[file.suffix](source))
        written.append(file)
    return written


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HANDBOOK
    for made in make(folder):
        print(made)
