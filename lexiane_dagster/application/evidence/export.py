"""One answer as an archive that an outsider can check offline (docs/evidence.md)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.evidence.archive import PACK, SIGNATURE, archive
from lexiane_dagster.application.evidence.ledger_part import LedgerPart, ledger_part
from lexiane_dagster.application.evidence.page import page
from lexiane_dagster.application.evidence.version_part import version_part
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import UnavailableError
from lexiane_dagster.domain.ledger.checkpoint import NoteSignature, key_id
from lexiane_dagster.domain.ledger.entry import ERASURE
from lexiane_dagster.domain.statement import pae
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.keyring import Keyring
from lexiane_dagster.ports.progress import Progress

PACK_FORMAT: Final = "lexiane/evidence-pack/v1"
PACK_TYPE: Final = "application/vnd.lexiane.evidence-pack+json"


def export_evidence(
    answer_id: int,
    groups: Iterable[str],
    checker: bytes,
    analyzer_for: Callable[[str], Analyzer],
    backends: Backends,
    progress: Progress,
) -> bytes:
    """The bytes of the pack of an answer, for somebody with `groups`.

    `checker` is the source of the program that checks packs; a copy is enclosed. The same answer at the
    same checkpoint gives the same bytes.

    Raises:
        NotFoundError: there is no such answer, or it was given to groups that the asker lacks.
        IntegrityError: something that the pack would prove does not hold.
        UnavailableError: the ledger's private key is not here, or something was erased meanwhile.
    """
    erased = backends.ledger.find(ERASURE)
    ledger = ledger_part(backends.ledger, answer_id, frozenset(groups))
    version = version_part(ledger.record, analyzer_for, backends, progress)
    members = {
        **{path: canonical_bytes(value) for path, value in ledger.members.items()},
        **{path: canonical_bytes(value) for path, value in version.members.items()},
        **version.files,
        "checkpoint.txt": ledger.head.note().encode(),
        "check_evidence.py": checker,
    }
    members["index.html"] = page(ledger, version, members).encode()
    if backends.ledger.find(ERASURE) != erased:
        raise UnavailableError(
            "something was erased while the pack was being made", remedy="run the command again"
        )
    return archive(_sealed(members, ledger, backends.keyring))


def _sealed(members: Mapping[str, bytes], ledger: LedgerPart, keyring: Keyring) -> dict[str, bytes]:
    """The members with the list of them, signed with the key that signed the checkpoint."""
    listed = canonical_bytes(
        {
            "format": PACK_FORMAT,
            "answer": ledger.record.answer_id,
            "version": ledger.record.version,
            "members": [
                {"path": path, "bytes": len(data), "sha256": digest_of_bytes(data)}
                for path, data in sorted(members.items())
            ],
        }
    )
    key, origin = ledger.keys[-1].public_key, ledger.head.checkpoint.origin
    signature = keyring.load(key).sign(pae(PACK_TYPE, listed))
    line = NoteSignature(origin, key_id(origin, key), signature).line()
    return {**members, PACK: listed, SIGNATURE: line.encode()}
