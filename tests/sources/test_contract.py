"""One suite for every source."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lexiane_dagster.adapters.filesystem import AccessRule, FolderSource
from lexiane_dagster.adapters.jsonl import JsonlSource
from lexiane_dagster.adapters.memory.source import MemorySource
from lexiane_dagster.domain.corpus import SourceDocument
from lexiane_dagster.domain.errors import DocumentError, SourceError
from lexiane_dagster.ports.source import Source, SourceEntry
from tests.contracts.source_contract import check_source

Texts = Mapping[str, tuple[str, tuple[str, ...]]]
Maker = Callable[[Path, Texts], Source]


def memory(_: Path, texts: Texts) -> Source:
    return MemorySource(
        SourceDocument(name, text.encode(), "text/plain", {}, tuple(sorted(groups)))
        for name, (text, groups) in texts.items()
    )


def folder(path: Path, texts: Texts) -> Source:
    root = path / "folder"
    root.mkdir()
    for name, (text, _) in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    rules = [AccessRule("/" + name, groups) for name, (_, groups) in texts.items() if groups]
    return FolderSource(root, access=rules, max_bytes=1000)


def jsonl(path: Path, texts: Texts) -> Source:
    lines = [
        json.dumps({"id": name, "text": text, "groups": groups})
        for name, (text, groups) in texts.items()
    ]
    (path / "corpus.jsonl").write_text("\n".join(lines))
    return JsonlSource(path / "corpus.jsonl", max_bytes=1000)


every_source = pytest.mark.parametrize("make", [memory, folder, jsonl])

TEXTS: Texts = {
    "b/z.txt": ("last", ()),
    "b.txt": ("dot sorts before slash", ("staff", "board")),
    "b-1.txt": ("minus sorts before dot", ("board",)),
    "é.txt": ("é", ()),
    "\U0001f600.txt": ("after every letter of the basic plane", ()),
    "\uff5e.txt": ("before it, although UTF-16 says otherwise", ()),
    "B.txt": ("capital", ()),
    "with space.txt": ("", ()),
    "e\u0301.txt": ("not normalised: another name than é", ()),
}


@every_source
def test_documents_come_complete_in_utf8_order(make: Maker, tmp_path: Path) -> None:
    check_source(make(tmp_path, TEXTS), {name: groups for name, (_, groups) in TEXTS.items()})


@every_source
def test_nothing_at_all_is_an_error_of_the_source(make: Maker, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        list(make(tmp_path, {}).entries())
    assert not isinstance(caught.value, DocumentError)
    assert caught.value.remedy


def test_memory_refuses_two_documents_of_one_name() -> None:
    document = SourceDocument("a", b"", "text/plain", {}, ())
    with pytest.raises(SourceError, match="'a'"):
        list(MemorySource([document, document]).entries())


def test_memory_names_a_document_that_is_gone() -> None:
    with pytest.raises(DocumentError, match="'gone'"):
        MemorySource([]).read(SourceEntry("gone", ""))
