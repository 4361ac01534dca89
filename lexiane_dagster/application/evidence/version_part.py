"""What a pack holds of the version: rows with proofs to the manifest, and the cited sources."""

import base64
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.evidence.proven_leaves import ProvenLeaves
from lexiane_dagster.application.evidence.terms_part import terms_member
from lexiane_dagster.application.open_version import OpenVersion, open_version
from lexiane_dagster.application.preserve import preserved
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.corpus import Chunk, Document, utf8_order
from lexiane_dagster.domain.errors import IntegrityError, UnavailableError
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.stop_words import STOP_WORDS_FORMAT, stop_words
from lexiane_dagster.domain.version import Manifest, vector_leaf
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.progress import Progress

# Everything else gets an ending that no browser runs: a source is hostile until shown otherwise.
ENDINGS: Final = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}


Row = TypeVar("Row", Chunk, Document)


@dataclass(frozen=True, slots=True)
class VersionPart:
    """The rows that the answer rests on, and the members.

    `texts` are by the id of cited documents, `counts` say how often each term stands in each chunk.
    """

    manifest: Manifest
    documents: Mapping[str, Document]
    chunks: Mapping[str, Chunk]
    texts: Mapping[str, str]
    frequencies: Mapping[str, int]
    counts: Mapping[str, Counter[str]]
    members: Mapping[str, Json]
    files: Mapping[str, bytes]


def source_path(document: Document) -> str:
    """Where the raw bytes of a cited document stand in a pack."""
    text = document.media_type.startswith("text/") or document.media_type == "application/json"
    ending = ENDINGS.get(document.media_type, "txt" if text else "bin")
    return f"sources/{document.raw_digest}.{ending}"


def text_path(document: Document) -> str:
    return f"texts/{document.text_digest}.txt"


def version_part(
    record: AnswerRecord,
    analyzer_for: Callable[[str], Analyzer],
    backends: Backends,
    progress: Progress,
) -> VersionPart:
    """Gather it.

    Raises:
        NotFoundError, IntegrityError: the version is missing or damaged.
        UnavailableError: this release analyses text in another way than the version did.
    """
    digest = record.version.partition("@")[2]
    version = open_version(digest, analyzer_for, backends, progress)
    manifest = version.manifest
    analyzer = analyzer_for(manifest.analysis.language)
    if analyzer.settings != manifest.analysis:
        raise UnavailableError(
            f"analysis changed: this release does not analyse text as version {digest} does",
            remedy="use the release of lexiane-dagster that built the version",
        )
    with progress.stage("proofs", None):
        return _gathered(record, version, analyzer, backends)


def _gathered(
    record: AnswerRecord, version: OpenVersion, analyzer: Analyzer, backends: Backends
) -> VersionPart:
    manifest, tables = version.manifest, backends.tables
    ids = {item.ranked.chunk_id for item in record.ranking if item is not None}
    chunks = {chunk_id: _row(version.chunks, chunk_id) for chunk_id in sorted(ids)}
    wanted = {chunk.document_id for chunk in chunks.values()}
    documents = {name: _row(version.documents, name) for name in sorted(wanted, key=utf8_order)}
    cited = {item.document_id for item in record.citations if item is not None}
    cited_documents = [documents[name] for name in sorted(cited, key=utf8_order)]
    terms = list(record.fields.get("analysis", {}).get("weights", ()))
    frequencies = version.searcher.frequencies(terms)
    terms_of = {chunk_id: analyzer.terms(chunk.indexed_text) for chunk_id, chunk in chunks.items()}
    document_tree = ProvenLeaves(tables.leaf_hashes("documents", manifest.documents))
    members: dict[str, Json] = {
        "manifest.json": manifest.to_json(),
        "documents.json": {
            "format": "lexiane/evidence-documents/v1",
            "documents": [document_tree.proven(row.leaf()) for row in documents.values()],
        },
        "chunks.json": {
            "format": "lexiane/evidence-chunks/v1",
            "chunks": _chunk_rows(version, chunks.values(), terms_of, backends),
        },
        "terms.json": terms_member(version, frequencies, record, chunks.values(), analyzer),
        "stop_words.json": {
            "format": STOP_WORDS_FORMAT,
            "words": sorted(stop_words(manifest.analysis.language)),
        },
    }
    texts = {
        row.document_id: preserved(backends.objects, row.text_digest) for row in cited_documents
    }
    files = {text_path(row): texts[row.document_id] for row in cited_documents}
    files |= {
        source_path(row): preserved(backends.objects, row.raw_digest) for row in cited_documents
    }
    decoded = {name: text.decode() for name, text in texts.items()}
    counts = {chunk_id: Counter(found) for chunk_id, found in terms_of.items()}
    return VersionPart(manifest, documents, chunks, decoded, frequencies, counts, members, files)


def _chunk_rows(
    version: OpenVersion,
    chunks: Iterable[Chunk],
    terms: Mapping[str, Sequence[str]],
    backends: Backends,
) -> Json:
    manifest, ids = version.manifest, list(version.chunks)
    vectors = np.ascontiguousarray(backends.tables.vectors(manifest.vectors, ids), dtype="<i2")
    by_id = {chunk_id: row.tobytes() for chunk_id, row in zip(ids, vectors, strict=True)}
    tree = ProvenLeaves(backends.tables.leaf_hashes("chunks", manifest.chunks))
    vector_tree = ProvenLeaves(backends.tables.leaf_hashes("vectors", manifest.vectors, ids))
    return [
        {
            **tree.proven(chunk.leaf()),
            "terms": terms[chunk.chunk_id],
            "vector": {
                "value": base64.b64encode(by_id[chunk.chunk_id]).decode(),
                **vector_tree.proof(vector_leaf(chunk.chunk_id, by_id[chunk.chunk_id])),
            },
        }
        for chunk in chunks
    ]


def _row(rows: Mapping[str, Row], name: str) -> Row:
    found = rows.get(name)
    if found is None:
        raise IntegrityError(
            f"the answer rests on {name!r}, which its version does not hold",
            remedy="run `lexiane verify`, and restore the store from its back-up",
        )
    return found
