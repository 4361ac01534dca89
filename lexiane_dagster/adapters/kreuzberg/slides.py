"""Presentations: slides and notes put where kreuzberg looks for them.

kreuzberg takes slides in the order of their file names and gives the n-th notes file to the n-th
slide. Neither holds once slides were moved, so a page number would name another slide.
"""

import io
import posixpath
import xml.etree.ElementTree as ElementTree
import zipfile
from collections.abc import Iterator

from lexiane_dagster.adapters.kreuzberg.archive import rewrite_archive
from lexiane_dagster.adapters.kreuzberg.limits import damaged

_PRESENTATION = "ppt/presentation.xml"
_MOVABLE = ("ppt/slides/", "ppt/notesSlides/")


def in_order(document_id: str, raw: bytes) -> bytes:
    """The presentation with slides, and the notes of each, named in the order they are shown.

    Raises:
        DocumentError: `damaged` where the list of slides cannot be read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = dict(_new_names(archive))
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise damaged(document_id, f"its list of slides cannot be read ({error})") from error

    def place(name: str, content: bytes) -> tuple[str, bytes] | None:
        if name.startswith(_MOVABLE):
            return (names[name], content) if name in names else None
        return name, content

    return rewrite_archive(raw, place)


def _new_names(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    targets = {key: path for key, _, path in _relations(archive, _PRESENTATION)}
    listed = _parsed(archive.read(_PRESENTATION))
    slides = [targets[_id_of(node)] for node in listed.iter() if _local(node.tag) == "sldId"]
    for number, slide in enumerate(slides, 1):
        new = f"ppt/slides/slide{number}.xml"
        yield slide, new
        yield _relations_of(slide), _relations_of(new)
        for _, kind, path in _relations(archive, slide):
            if kind == "notesSlide":
                yield path, f"ppt/notesSlides/notesSlide{number}.xml"


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """Key, kind and target of what `part` refers to inside the archive."""
    try:
        raw = archive.read(_relations_of(part))
    except KeyError:
        return
    for node in _parsed(raw):
        if node.get("TargetMode") != "External":
            path = posixpath.join(posixpath.dirname(part), node.attrib["Target"])
            kind = node.attrib["Type"].rpartition("/")[2]
            yield node.attrib["Id"], kind, posixpath.normpath(path).lstrip("/")


def _parsed(xml: bytes) -> ElementTree.Element:
    # Office files hold no entity declarations; a file that does is not taken for one.
    if b"<!DOCTYPE" in xml:
        raise ValueError("it declares a document type")
    return ElementTree.fromstring(xml)  # noqa: S314


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _id_of(node: ElementTree.Element) -> str:
    # The plain `id` is a number; the key of the relation is the one with a namespace.
    return next(value for key, value in node.attrib.items() if key.endswith("}id"))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
