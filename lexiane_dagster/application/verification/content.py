"""The steps over what each version holds: tables and embeddings, and index files beside them.

One version is in memory at a time, and loaded once for all three.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.preserve import is_preserved, preserved
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.application.verification.indexes import Content, IndexCheck
from lexiane_dagster.domain.corpus import Chunk, Document
from lexiane_dagster.domain.digest import digest_of_text
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.ledger.entry import Entry
from lexiane_dagster.domain.redaction import Authorised
from lexiane_dagster.domain.version import Manifest, short_name
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.progress import Progress


class ContentWalk:
    """Walks versions; `referenced` collects the digests of raw bytes and texts that they need, with
    the name of the first version that does."""

    def __init__(
        self,
        backends: Backends,
        analyzer_for: Callable[[str], Analyzer],
        erasures: Iterable[Entry],
    ) -> None:
        self.tables = Findings("tables")
        self.embeddings = Findings("embeddings")
        self.indexes = IndexCheck(backends, analyzer_for)
        self.referenced: dict[str, str] = {}
        self._backends = backends
        self._authorised = Authorised(erasures)

    def walk(self, manifests: Sequence[Manifest], progress: Progress) -> None:
        with progress.stage("versions", len(manifests)) as advance:
            for manifest in manifests:
                name = short_name(manifest.corpus, manifest.digest)
                content = self._load(name, manifest)
                if content is not None:
                    self._check_embeddings(content)
                    self.indexes.check(content)
                else:
                    self.indexes.unchecked(name)
                advance(1)

    def _load(self, name: str, manifest: Manifest) -> Content | None:
        """What of the version can be read; None where an index cannot be built from it."""
        documents = self._documents(name, manifest)
        found = self.tables
        with found.item(f"waived of {name}"):
            waived = len(self._backends.tables.waived(manifest.waived))
            self._check_rows("waived", manifest.waived, name, waived, manifest.waived_count)
        chunks = self._chunks(name, manifest, documents or {})
        if documents is None or chunks is None:
            return None
        with found.item(f"vectors of {name}"):
            ids = [chunk.chunk_id for chunk in chunks]
            vectors = self._backends.tables.vectors(manifest.vectors, ids)
            self._check_rows("vectors", manifest.vectors, name, len(vectors), manifest.chunk_count)
            doomed = self._backends.tables.doomed_vectors(manifest.vectors)
            _check_doomed(found, f"vectors of {name}", doomed)
            return Content(name, manifest, documents, chunks, vectors)
        return None

    def _documents(self, name: str, manifest: Manifest) -> dict[str, Document] | None:
        found, tables, root = self.tables, self._backends.tables, manifest.documents
        with found.item(f"documents of {name}"):
            rows = tables.documents(root)
            self._check_rows("documents", root, name, len(rows), manifest.document_count)
            _check_doomed(found, f"documents of {name}", len(tables.doomed_documents(root)))
            ids = [row.document_id.encode() for row in rows]
            found.require(ids == sorted(set(ids)), f"documents of {name} are not in order of ids")
            for row in rows:
                self.referenced.setdefault(row.raw_digest, name)
                self.referenced.setdefault(row.text_digest, name)
            return {row.document_id: row for row in rows}
        return None

    def _chunks(
        self, name: str, manifest: Manifest, documents: Mapping[str, Document]
    ) -> Sequence[Chunk] | None:
        found, tables, root = self.tables, self._backends.tables, manifest.chunks
        with found.item(f"chunks of {name}"):
            chunks = tables.chunks(root)
            self._check_rows("chunks", root, name, len(chunks), manifest.chunk_count)
            _check_doomed(found, f"chunks of {name}", len(tables.doomed_chunks(root)))
            if documents:
                self._check_places(name, chunks, documents)
            return chunks
        return None

    def _check_rows(self, kind: str, root: str, name: str, rows: int, expected: int) -> None:
        """As many rows as the manifest says, less those that erasure leaves say were taken out."""
        found, where = self.tables, f"{kind} of {name}"
        found.checked += rows
        for redaction in self._backends.tables.redactions(kind, root):
            found.require(
                self._authorised.allows(redaction),
                f"{where}: {len(redaction.erased)} rows were taken out, and no erasure leaf says so",
            )
        whole = self._backends.tables.redaction(kind, root)
        lost, said = len(whole.erased) if whole else 0, self._authorised.erased(kind, root)
        found.require(
            lost >= said,
            f"{where}: erasure leaves took {said} rows out, but only {lost} are gone: the erasure did "
            "not come to its end, or an old copy was restored",
        )
        found.require(
            rows + lost == expected,
            f"{where} are {rows} rows and {lost} erased ones, the manifest says {expected}",
        )

    def _check_places(
        self, name: str, chunks: Sequence[Chunk], documents: Mapping[str, Document]
    ) -> None:
        """`text[start:end]` is the chunk. Texts that are missing or damaged are the finding of the
        step over objects."""
        found, objects = self.tables, self._backends.objects
        by_document: dict[str, list[Chunk]] = {}
        for chunk in chunks:
            by_document.setdefault(chunk.document_id, []).append(chunk)
        for document_id, cut in by_document.items():
            document = documents.get(document_id)
            if document is None:
                found.problem(f"chunk {cut[0].chunk_id[:12]} of {name} is of no document of it")
                continue
            if not is_preserved(objects, document.text_digest):
                continue
            try:
                text = preserved(objects, document.text_digest).decode()
            except IntegrityError:
                continue
            found.require(
                document.text_length == len(text),
                f"the text {document.text_digest[:12]} of {name} has {len(text)} characters, not "
                f"{document.text_length}",
            )
            for chunk in cut:
                found.require(
                    text[chunk.start : chunk.end] == chunk.text,
                    f"chunk {chunk.chunk_id[:12]} of {name} is not at its place in the text",
                )

    def _check_embeddings(self, content: Content) -> None:
        """The archive still gives the vector that the version holds, for each chunk's text."""
        found, identity = self.embeddings, content.manifest.embedder.digest
        with found.item(f"embeddings of {content.name}"):
            digests = [digest_of_text(chunk.indexed_text) for chunk in content.chunks]
            kept = self._backends.archive.find(identity, sorted(set(digests)))
            for digest, chunk, vector in zip(digests, content.chunks, content.vectors, strict=True):
                found.checked += 1
                if digest not in kept:
                    found.problem(
                        f"the vector of chunk {chunk.chunk_id[:12]} of {content.name} is missing "
                        "from the archive of embeddings"
                    )
                else:
                    found.require(
                        kept[digest].tobytes() == vector.tobytes(),
                        f"the archive of embeddings has another vector for chunk "
                        f"{chunk.chunk_id[:12]} than {content.name}",
                    )


def _check_doomed(found: Findings, what: str, count: int) -> None:
    found.require(count == 0, f"{what}: the bytes of {count} erased rows are still there")
