"""What `lexiane evidence` writes: always the same bytes, and nothing that the asker may not see."""

import base64
import hashlib
import json
from collections.abc import Mapping

import pytest

from lexiane_dagster.bootstrap import application
from tests.evidence.support import Pack, citations
from tests.pipeline.support import Project


def test_the_same_answer_gives_the_same_bytes(packs: Mapping[str, Pack], project: Project) -> None:
    """In two processes with other hash seeds, time zones, locales and index files."""
    answer = str(packs["rotated"].json("record.json")["index"])
    made = []
    for seed, zone, locale in (
        ("0", "Pacific/Auckland", "C"),
        ("77", "America/New_York", "tr_TR.UTF-8"),
    ):
        file = project.root / f"again-{seed}.zip"
        done = project.fresh(
            "evidence", answer, "-o", str(file), PYTHONHASHSEED=seed, TZ=zone, LC_ALL=locale
        )
        assert done.code == 0, done.err
        made.append(file.read_bytes())
    assert made[0] == made[1]
    # All that a later checkpoint changes is what is proven to it.
    before, after = packs["rotated"], Pack.of(made[0])
    changed = {path for path in after.members if after.members[path] != before.members[path]}
    moving = {
        "checkpoint.txt",
        "index.html",
        "keys.json",
        "ledger.json",
        "pack.json",
        "pack.sig",
        "record.json",
    }
    assert changed <= moving


def test_the_command_says_what_it_wrote(packs: Mapping[str, Pack], project: Project) -> None:
    answer = str(packs["quotes"].json("record.json")["index"])
    file = project.root / "told.zip"
    file.write_bytes(b"what stood there before")
    told = project.run("evidence", answer, "-o", str(file), "--json").json
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert told == {"file": str(file), "sha256": digest, "bytes": file.stat().st_size}
    assert list(project.root.glob(".told.zip*")) == []
    for wrong in ("0", "999999"):
        assert project.run("evidence", wrong, "-o", str(file), "--json").problem["exit_code"] == 5
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    nowhere = project.run("evidence", answer, "-o", str(project.root / "no" / "x.zip"), "--json")
    assert nowhere.problem["exit_code"] == 8


def test_groups_are_required(packs: Mapping[str, Pack], project: Project) -> None:
    answer = str(packs["groups"].json("record.json")["index"])
    file = project.root / "leak.zip"
    refused = project.run("evidence", answer, "-o", str(file), "--json")
    assert refused.code == 5
    assert "groups" in refused.problem["detail"]
    assert not file.exists()


@pytest.mark.parametrize("kind", ["quotes", "page", "abstains", "hostile", "top"])
def test_a_pack_tells_nothing_of_documents_that_the_asker_may_not_see(
    packs: Mapping[str, Pack], kind: str
) -> None:
    pack = packs[kind]
    payloads = [
        base64.b64decode(field["value"]["payload"])
        for entry in pack.json("ledger.json")["entries"]
        for field in entry["fields"].values()
    ]
    assert payloads
    for data in (*pack.members.values(), *payloads):
        for secret in ("secret-merger", "Zanzibar", "zanzibar", "The board"):
            assert secret.encode() not in data


def test_a_pack_names_no_document_that_was_not_ranked(packs: Mapping[str, Pack]) -> None:
    pack = packs["tiny"]
    assert [row["leaf"]["document_id"] for row in pack.json("documents.json")["documents"]] == [
        "only.txt"
    ]
    ranked = {
        each["leaf"]["document_id"] for each in packs["page"].json("documents.json")["documents"]
    }
    held = b"".join(packs["page"].members.values())
    for name in {"leave.md", "hostile.md", "berths.md", "grüße.txt"} - ranked:
        assert name.encode() not in held


def test_an_erased_answer_leaves_its_commitments_only(packs: Mapping[str, Pack]) -> None:
    pack = packs["erased"]
    assert pack.json("record.json")["fields"] == {}
    assert pack.json("chunks.json")["chunks"] == []
    held = b"".join(data for path, data in pack.members.items() if path != "check_evidence.py")
    assert b"Quentin" not in held
    assert b"parental" not in held.lower()
    page = pack.members["index.html"].decode()
    assert "The question was erased" in page


def test_a_document_that_was_erased_is_in_no_later_pack(packs: Mapping[str, Pack]) -> None:
    """Of an answer that quoted it; another document's passages, scores and quotes stay."""
    pack, before = packs["partly"], packs["hostile"]
    gone, kept = (
        pack.json("record.json")["fields"].keys(),
        before.json("record.json")["fields"].keys(),
    )
    assert {"answer", "citations/000", "ranking/000"} <= kept - gone
    assert len(pack.json("chunks.json")["chunks"]) == 9
    held = b"".join(data for path, data in pack.members.items() if path != "check_evidence.py")
    for trace in (
        b"hostile.md",
        b"onerror",
        b"evif",
        citations(before)[0]["document_digest"].encode(),
    ):
        assert any(trace in data for data in before.members.values())
        assert trace not in held
    for entry in pack.json("ledger.json")["entries"]:
        for field in entry["fields"].values():
            payload = base64.b64decode(field["value"]["payload"])
            assert citations(before)[0]["document_digest"].encode() not in payload
    assert "were erased" in pack.members["index.html"].decode()


def test_a_damaged_record_gives_no_pack(packs: Mapping[str, Pack], project: Project) -> None:
    answer = packs["quotes"].json("record.json")["index"]
    other = project.copy(project.root.with_name("damaged"))
    url = f"sqlite:///{other.home / 'catalog.sqlite'}"
    assert application(other.root).backends.ledger.entry(answer).index == answer
    import sqlalchemy as sa

    with sa.create_engine(url).begin() as connection:
        changed = connection.execute(
            sa.text("update fields set value = :v where path = 'answer' and leaf = :i"),
            {"v": json.dumps({"abstained": False, "text": "Sixty."}).encode(), "i": answer},
        )
        assert changed.rowcount == 1
    refused = other.run("evidence", str(answer), "-o", str(other.root / "bad.zip"), "--json")
    assert refused.code == 6
    assert "answer" in refused.problem["detail"]
    assert not (other.root / "bad.zip").exists()
