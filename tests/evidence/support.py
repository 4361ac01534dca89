"""Packs of real answers, and ways to damage them."""

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lexiane_dagster.application.evidence.archive import PACK, SIGNATURE, archive
from lexiane_dagster.application.evidence.export import PACK_TYPE, export_evidence
from lexiane_dagster.bootstrap import analyzer, application
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.ledger.checkpoint import NoteSignature, key_id
from lexiane_dagster.domain.statement import pae
from lexiane_dagster.entrypoints import check_evidence
from lexiane_dagster.entrypoints.cli.output import NoProgress
from tests.pipeline.support import HASH, Project

ROOT = Path(__file__).parents[2]
CHECKER = ROOT / "lexiane_dagster" / "entrypoints" / "check_evidence.py"
POLICY = ROOT / "tests" / "fixtures" / "documents" / "policy.pdf"

WORDS = (
    *("anchor", "barley", "copper", "dredge", "ember", "fathom", "gravel", "harbour", "island"),
    *("jetty", "kelp", "lantern", "marsh", "nettle", "orchard", "pebble", "quarry", "rudder"),
    *("saddle", "timber", "umbrella", "vessel", "willow", "yonder", "zephyr"),
)
SECTIONS = "\n\n".join(
    f"## Berth {number}\n\nThe harbour keeps berth {number} for the {WORDS[number % 25]} and the "
    f"{WORDS[number * 7 % 25]} of the {WORDS[number * 11 % 25]} line."
    for number in range(130)
)
DOCUMENTS = {
    "leave.md": "# Leave\n\nParental leave lasts sixteen weeks at full pay. Notice of parental leave is "
    "given in writing ten weeks before.\n\n# Travel\n\nTrain travel is second class.\n",
    "hostile.md": "# Fees <script>alert(1)</script>\n\nThe turnstile fee is <img src=x onerror=alert(2)> "
    '\u202eevif\u202c pounds & "five" pence. </mark></style><b>Bold</b> <a href="https://example.org">'
    ' <meta http-equiv="refresh" content="0;url=https://example.org">\n',
    "board/secret-merger.md": "# Plan\n\nThe board plans a merger with the Zanzibar bank in spring.\n",
    "grüße.txt": "Die jährliche Grußformel für Gäste geht im Dezember hinaus: 東京都の挨拶 ﬁnal.\n",
    "berths.md": f"# Berths\n\n{SECTIONS}\n",
}
CORPUS_FILES = {"type": "folder", "path": "docs"}


def harbour(root: Path) -> Project:
    """A corpus of Markdown, text and a PDF, one document of which is for the board."""
    documents = {name: text.encode() for name, text in DOCUMENTS.items()}
    project = Project.make(root, {**documents, "policy.pdf": POLICY.read_bytes()})
    source = {**CORPUS_FILES, "access": [{"pattern": "board/**", "groups": ["board"]}]}
    project.declare(
        source=source,
        embedder=HASH,
        language="english",
        chunking={"max_tokens": 60, "min_tokens": 5},
    )
    project.build()
    return project


class Desk:
    """Asks and exports in this process; the commands themselves are tested elsewhere."""

    def __init__(self, project: Project) -> None:
        self._application = application(project.root)
        version = project.released().partition("@")[2]
        self._asker = self._application.asker(version, NoProgress())

    def ask(
        self, question: str, groups: Sequence[str] = (), top: int = 10, principal: str | None = None
    ) -> int:
        return self._asker.ask(question, groups, top, principal).answer_id

    def pack_of(self, answer: int, groups: Sequence[str] = ()) -> "Pack":
        backends = self._application.backends
        data = export_evidence(
            answer, groups, CHECKER.read_bytes(), analyzer, backends, NoProgress()
        )
        return Pack.of(data)

    def pack(self, question: str, groups: Sequence[str] = (), top: int = 10) -> "Pack":
        return self.pack_of(self.ask(question, groups, top), groups)


@dataclass(frozen=True)
class Pack:
    """A pack in memory."""

    members: Mapping[str, bytes]

    @classmethod
    def of(cls, data: bytes) -> "Pack":
        return cls(check_evidence.members_of(data))

    def json(self, path: str) -> Any:
        return json.loads(self.members[path])

    def bytes(self) -> bytes:
        return archive(self.members)

    def having(self, path: str, value: Any) -> "Pack":
        """With another member, bytes or canonical JSON; pack.json lists it."""
        data = value if isinstance(value, bytes) else canonical_bytes(value)
        return Pack({**self.members, path: data}).listed()

    def without(self, path: str) -> "Pack":
        return Pack({name: data for name, data in self.members.items() if name != path})

    def listed(self) -> "Pack":
        """With a pack.json that lists the members as they are: what a forger would do first."""
        members = [
            {"path": path, "bytes": len(data), "sha256": digest_of_bytes(data)}
            for path, data in sorted(self.members.items())
            if path not in (PACK, SIGNATURE)
        ]
        pack = {**self.json(PACK), "members": members}
        return Pack({**self.members, PACK: canonical_bytes(pack)})

    def signed(self, key: Ed25519PrivateKey, origin: str) -> "Pack":
        signature = key.sign(pae(PACK_TYPE, self.members[PACK]))
        public = key.public_key().public_bytes_raw()
        line = NoteSignature(origin, key_id(origin, public), signature).line()
        return Pack({**self.members, SIGNATURE: line.encode()})

    @property
    def verifier(self) -> str:
        """The newest key of the ledger, as the pack has it."""
        origin = self.members["checkpoint.txt"].decode().split("\n")[0]
        key = self.json("keys.json")["keys"][-1]["leaf"]["body"]["public_key"]
        return check_evidence.verifier(origin, base64.b64decode(key))


def check(data: bytes, key: str | None = None) -> dict[str, Any]:
    return check_evidence.check(data, key)


def failing(report: Mapping[str, Any]) -> set[str]:
    """The steps that failed. Each says what is wrong."""
    failed = [step for step in report["steps"] if not step["ok"]]
    assert all(step["problems"] for step in failed)
    assert report["ok"] is not bool(failed)
    return {step["name"] for step in failed}


def places(data: bytes) -> dict[str, tuple[int, int]]:
    """Where the bytes of each member stand in an archive: start and end."""
    found: dict[str, tuple[int, int]] = {}
    at = 0
    while data[at : at + 4] == b"PK\3\4":
        size, name = struct.unpack("<I", data[at + 18 : at + 22])[0], data[at + 26]
        start = at + 30 + name
        found[data[at + 30 : start].decode()] = (start, start + size)
        at = start + size
    return found


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def citations(pack: Pack) -> list[dict[str, Any]]:
    fields = pack.json("record.json")["fields"]
    return [fields[path]["value"] for path in sorted(fields) if path.startswith("citations/")]
