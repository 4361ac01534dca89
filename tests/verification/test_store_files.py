"""Every kind of file of the store, tampered with in every way: caught, and named."""

import hashlib
import shutil

import numpy as np
import pytest

from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.domain.digest import digest_of_text
from tests.verification.lab import Case, Lab, Tamper
from tests.verification.tampering import (
    Find,
    changed,
    deleted,
    duplicated,
    exchanged,
    flip,
    halved,
    manifests,
    of_documents,
    question_sets,
    redactions,
    segments,
    statistics,
    stray,
    tables,
)

# What each kind of file is found by: its name, the files, and the step that names a deleted one.
KINDS: tuple[tuple[str, Find, str, str], ...] = (
    (
        "documents",
        tables("documents"),
        "tables",
        r"^documents of papers@.*is missing from the store",
    ),
    ("waived", tables("waived"), "tables", r"^waived of papers@.*is missing from the store"),
    ("chunks", tables("chunks"), "tables", r"^chunks of papers@.*is missing from the store"),
    ("vectors", tables("vectors"), "tables", r"^vectors of papers@.*is missing from the store"),
    (
        "raw bytes",
        of_documents("raw_digest"),
        "objects",
        r"^object {} of a document of papers@.* is missing",
    ),
    (
        "text",
        of_documents("text_digest"),
        "objects",
        r"^object {} of a document of papers@.* is missing",
    ),
    ("manifest", manifests, "versions", r"^version papers@.*: object versions/{} is missing"),
    (
        "embeddings",
        segments,
        "embeddings",
        r"^the vector of chunk [0-9a-f]{12} of papers@.* is missing",
    ),
    ("redaction", redactions, "tables", r"^(documents|chunks|vectors) of papers@"),
    (
        "statistics",
        statistics,
        "indexes",
        r"^the lexical statistics of papers@.* are not those of its chunks",
    ),
    ("question set", question_sets, "", ""),
)


def store_cases() -> list[Case]:
    cases = []
    for kind, find, step, missing in KINDS:
        damaged = r"^file .*{}: .*damaged|^file .*{} is damaged|^file question_sets/.*{}: "
        cases += [
            Case(f"{kind}: a bit flipped", changed(find, flip), "objects", damaged),
            Case(f"{kind}: truncated", changed(find, halved), "objects", r"^file .*{}"),
            Case(f"{kind}: emptied", changed(find, lambda _: b""), "objects", r"^file .*{}"),
            Case(f"{kind}: duplicated", duplicated(find), "objects", r"^file .*{}"),
        ]
        if step:
            cases.append(Case(f"{kind}: deleted", deleted(find), step, missing))
        if kind not in ("waived", "statistics", "question set"):
            cases.append(Case(f"{kind}: two exchanged", exchanged(find), "objects", damaged))
    return cases


def erased_rows(lab: Lab) -> str:
    """The file of a table as it was before rows of it were erased, beside the one without them."""
    root = redactions(lab)[0].name.partition("-")[0]
    kind = redactions(lab)[0].parts[-3]
    (old,) = (lab.early / "store" / kind / root[:2]).glob(f"{root}-*")
    shutil.copy(old, lab.store / kind / root[:2])
    return root


def erased_rows_alone(kind: str) -> Tamper:
    """The same in place of it: the redaction hides the rows, but their bytes are back."""

    def tamper(lab: Lab) -> str:
        file = next(file for file in redactions(lab) if file.parts[-3] == kind)
        root = file.name.partition("-")[0]
        (now,) = (lab.store / kind / root[:2]).glob(f"{root}-*")
        now.unlink()
        (old,) = (lab.early / "store" / kind / root[:2]).glob(f"{root}-*")
        shutil.copy(old, lab.store / kind / root[:2])
        return root

    return tamper


def unerased(lab: Lab) -> str:
    """The same, and no redaction: as if nothing had been erased."""
    root = str(erased_rows_alone("chunks")(lab))
    for file in redactions(lab):
        if root in file.name:
            file.unlink()
    return root


def swapped_vectors(lab: Lab) -> str:
    """Two rows of a table exchanged, and the file named after its new bytes."""
    file = tables("vectors")(lab)[0]
    data = bytearray(file.read_bytes())
    data[-256:-128], data[-128:] = data[-128:], data[-256:-128]
    name = f"{file.name.partition('-')[0]}-{hashlib.sha256(data).hexdigest()}"
    file.unlink()
    file.with_name(name).write_bytes(data)
    return name


def forged_embeddings(lab: Lab) -> None:
    """The archive gives other vectors, in a segment whose name is right."""
    backends = lab.application().backends
    (identity,) = backends.archive.embedders()
    handle = next(
        chunk
        for version in backends.catalog.versions("papers")
        for chunk in backends.tables.chunks(load_manifest(backends.objects, version.version).chunks)
    )
    text = digest_of_text(handle.indexed_text)
    smallest = np.zeros((1, 64), np.int16)
    backends.archive.add(identity, [text], smallest)


def misplaced(lab: Lab) -> str:
    file = of_documents("raw_digest")(lab)[0]
    target = lab.store / "objects" / "zz" / file.name
    target.parent.mkdir()
    shutil.copy(file, target)
    return file.name


CASES = [
    *store_cases(),
    Case(
        "erased rows: the old file put back beside the new one",
        erased_rows,
        "objects",
        r"^file .*/{}-[0-9a-f]{64} is a second one beside",
    ),
    *(
        Case(
            f"erased {kind}: the old file put back in place of the new one",
            erased_rows_alone(kind),
            "tables",
            rf"^{kind} of papers@.*: the bytes of \d+ erased rows are still there",
        )
        for kind in ("documents", "chunks", "vectors")
    ),
    Case(
        "erased rows: the old file put back, the redaction gone",
        unerased,
        "tables",
        r"^chunks of papers@.*: erasure leaves took \d+ rows out, but only 0 are gone",
    ),
    Case(
        "vectors: rows exchanged, file named anew",
        swapped_vectors,
        "tables",
        r"^vectors of papers@.*: stored table vectors/.*{} is not what its name promises",
    ),
    Case(
        "embeddings: a forged segment",
        forged_embeddings,
        "embeddings",
        r"^the archive of embeddings has another vector for chunk [0-9a-f]{12} than papers@",
    ),
    Case(
        "store: an unknown file",
        stray("store/objects/ab/readme"),
        "objects",
        r"^file objects/ab/{} is unknown to the store",
    ),
    Case(
        "store: an unknown folder",
        stray("store/extra/file"),
        "objects",
        r"^file extra/{} is unknown to the store",
    ),
    Case(
        "store: an object in the wrong folder",
        misplaced,
        "objects",
        r"^file objects/zz/{} is in the wrong folder",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_tampering_with_the_store_is_caught_and_named(lab: Lab, case: Case) -> None:
    returned = case.tamper(lab)
    case.check(lab.verify(), returned)
