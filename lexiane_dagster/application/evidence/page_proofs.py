"""What a pack proves, how to check it, and the digests to compare."""

from collections.abc import Mapping, Sequence
from typing import Final

from lexiane_dagster.application.evidence.html import Markup, code, joined, rows, tag
from lexiane_dagster.application.evidence.ledger_part import LedgerPart
from lexiane_dagster.application.evidence.version_part import VersionPart
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.ledger.checkpoint import verifier_key
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.version import full_name

_PROVEN: Final = """\
This answer stands in the ledger at the place shown, and its record was not changed since.
Each enclosed passage, its vector and its document belong to the version that answered.
Each quote stands word for word in the text of its source, at the place shown.
The enclosed passages score as recorded, and stand in the order that their scores give.""".splitlines()

_NEVER_PROVEN: Final = """\
The pack proves where each enclosed passage comes from and how the enclosed ones rank; that no better \
passage was left out needs the whole version.
That the extracted text is what a reader sees in the source file: compare the two, both are enclosed.
That the question's vector is what the model makes of the question: that needs the model.
That the answer is right, or that the source is.
That the ledger was never rolled back or forked: compare its checkpoint with one that somebody outside \
has kept.""".splitlines()


def proven(record: AnswerRecord, version: VersionPart) -> Markup:
    no = list(_NEVER_PROVEN)
    if absent := sum(not count for count in version.frequencies.values()):
        no.append(
            f"That the question's words that no passage is said to hold ({absent} of "
            f"{len(version.frequencies)}) stand nowhere in the version: the proof would show words of "
            "documents that the asker may not see."
        )
    if version.manifest.analysis.language != "none":
        no.append(
            "How words were reduced to their stems, unless the check runs where the package PyStemmer is "
            "installed."
        )
    if record.erased:
        no.append("Whatever rested on the erased parts.")
    return tag(
        "div",
        _column("Proven, once the check below succeeds", _PROVEN),
        _column("Not proven", no),
        class_="proofs",
    )


def _column(title: str, items: Sequence[str]) -> Markup:
    return tag("div", tag("h3", title), tag("ul", *(tag("li", item) for item in items)))


def checking(ledger: LedgerPart) -> Markup:
    return joined(
        tag(
            "p",
            "Any computer with Python 3.11 or later can check this pack; nothing is installed and nothing is "
            "sent anywhere:",
        ),
        tag("pre", code(f"python check_evidence.py pack.zip --key '{_key(ledger)}'")),
        tag(
            "p",
            "Take the program from a source that you trust, not from the pack: the copy enclosed as ",
            tag("a", "check_evidence.py", href="check_evidence.py"),
            " is for convenience. Compare the key with the one that the operator of the ledger published. "
            "The format is public, so that you can write a checker of your own.",
        ),
    )


def digests(ledger: LedgerPart, version: VersionPart, members: Mapping[str, bytes]) -> Markup:
    record, manifest, head = ledger.record, version.manifest, ledger.head.checkpoint
    listed = (
        tag(
            "tr",
            tag("th", tag("a", path, href=path), scope="row"),
            tag("td", f"{len(data):,}", class_="n"),
            tag("td", code(digest_of_bytes(data))),
        )
        for path, data in sorted(members.items())
    )
    columns = (
        tag("th", "File of this pack", scope="col"),
        tag("th", "Bytes", scope="col", class_="n"),
        tag("th", "SHA-256", scope="col"),
    )
    body = (tag("thead", tag("tr", *columns)), tag("tbody", *listed))
    table = tag("table", *body, class_="files")
    return joined(
        rows(
            ("Version", code(full_name(manifest.corpus, manifest.digest))),
            ("Ledger", code(head.origin)),
            ("Leaf of the answer", f"number {record.answer_id} of {head.size:,}, counted from 0"),
            ("Root of the ledger", code(head.root.hex())),
            ("Key", code(_key(ledger))),
            ("Statements", f"{ledger.statements} signed statements about the version"),
        ),
        tag("h3", "Files"),
        tag(
            "div",
            table,
            class_="scroll",
            tabindex="0",
            role="region",
            aria_label="Files of this pack",
        ),
    )


def _key(ledger: LedgerPart) -> str:
    return verifier_key(ledger.head.checkpoint.origin, ledger.keys[-1].public_key)
