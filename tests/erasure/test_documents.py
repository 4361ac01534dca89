"""A document is gone from every version, and nothing else has moved."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.ingest import ingest
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError
from lexiane_dagster.domain.redaction import Redaction
from lexiane_dagster.domain.stop_words import stop_words
from lexiane_dagster.orchestration.launch import corpus_settings
from tests.cli.commands import lexiane
from tests.erasure.conftest import DOCUMENTS, QUESTIONS, SECRET, TWIN, WORDS
from tests.erasure.support import (
    QUIET,
    asker,
    erase_document,
    held,
    names,
    opened,
    scores,
    versions,
)
from tests.pipeline.support import CORPUS, HASH, Project

EVERYBODY: frozenset[str] = frozenset()
BOARD = frozenset({"board"})


def test_not_a_byte_is_left_and_no_score_moves(own: Path) -> None:
    app = opened(own)
    before = {
        (version, question): scores(asker(app, version), question, BOARD)
        for version in versions(app)
        for question in QUESTIONS
    }
    lost = {
        chunk.chunk_id
        for chunk in asker(app, versions(app)[0]).version.chunks.values()
        if chunk.document_id == SECRET
    }
    raw = digest_of_bytes(DOCUMENTS[SECRET].encode()).encode()
    needles = (*WORDS, SECRET.encode(), raw, *(chunk.encode() for chunk in lost))
    assert lost
    assert all(held(own, needle) for needle in needles)
    answers = [asker(app, versions(app)[0]).ask(text, BOARD).answer_id for text in QUESTIONS[:-1]]

    dry = lexiane(own, "erase", "--document", SECRET, "--corpus", "notes", "--json").json
    assert (dry["versions"], dry["erased"]) == (sorted(names(app)), False)
    assert dry["rows"] == {"documents": 2, "chunks": 2 * len(lost)}
    done = lexiane(own, "erase", "--document", SECRET, "--corpus", "notes", "--yes", "--json")
    assert done.json["still_in_source"] == [SECRET]

    assert held(own, *needles) == []
    app = opened(own)
    for (version, question), expected in before.items():
        found = scores(asker(app, version), question, BOARD)
        assert found == {key: value for key, value in expected.items() if key not in lost}
    assert held(own, *needles) == []
    for version in versions(app):
        opened_version = asker(app, version).version
        assert (opened_version.erased.documents, opened_version.erased.chunks) == (1, len(lost))
        assert SECRET not in opened_version.documents
    codes = [lexiane(own, "replay", str(a), "--group", "board").code for a in answers[:2]]
    assert set(codes) <= {0, 13}
    verified = lexiane(own, "verify")
    assert verified.code == 0, verified.out + verified.err
    size = app.backends.ledger.size()
    assert erase_document(app.backends, SECRET) == ()
    assert app.backends.ledger.size() == size


def test_an_answer_that_quotes_it_keeps_the_rest(own: Path) -> None:
    app = opened(own)
    asked = asker(app, versions(app)[0])
    about = asked.ask("Who was dismissed in March?", BOARD)
    assert about.answer.citations[0].document_id == SECRET
    erase_document(app.backends, SECRET)
    left = app.backends.ledger.fields([about.answer_id])[about.answer_id]
    assert left.keys() >= {"question", "groups", "query_vector", "lexical", "dense", "environment"}
    assert left.keys().isdisjoint({"answer", "prompt", "selection", "citations/000"})
    ranked = [item.document_id for item in about.answer.search.ranking]
    for rank, document in enumerate(ranked):
        assert (f"ranking/{rank:03}" in left) == (document != SECRET)


def test_a_document_with_equal_bytes_stays_and_its_tie_keeps_its_place(own: Path) -> None:
    app = opened(own)
    version = versions(app)[0]
    question = "lighthouse keeper gulls"
    ranking = asker(app, version).search(question).ranking
    assert [item.document_id for item in ranking[:2]] in (
        ["tie-a.txt", "tie-b.txt"],
        ["tie-b.txt", "tie-a.txt"],
    )
    assert ranking[0].ranked.score == ranking[1].ranked.score
    erase_document(app.backends, "tie-a.txt")
    app = opened(own)
    left = asker(app, version).search(question).ranking
    expected = [item for item in ranking if item.document_id != "tie-a.txt"]
    assert [item.document_id for item in left][: len(expected)] == [
        item.document_id for item in expected
    ]
    assert left[0].ranked.lexical_score == ranking[0].ranked.lexical_score
    assert left[0].ranked.score == ranking[0].ranked.score
    quoted = asker(app, version).ask(question).answer
    assert [item.document_id for item in quoted.citations] == ["tie-b.txt"]
    assert held(own, digest_of_bytes(TWIN.encode()).encode())
    assert not held(own, b"tie-a.txt")
    assert lexiane(own, "verify").code == 0


def test_a_document_of_a_group_and_one_after_another(own: Path) -> None:
    app = opened(own)
    version = versions(app)[1]
    seen = scores(asker(app, version), "weeks", EVERYBODY)
    erase_document(app.backends, "board/plan.md")
    erase_document(app.backends, SECRET)
    erase_document(app.backends, "canteen.md", "leave.md")
    app = opened(own)
    asked = asker(app, version)
    assert sorted(asked.version.documents) == ["tie-a.txt", "tie-b.txt"]
    left = scores(asked, "weeks", BOARD)
    assert left == {key: value for key, value in seen.items() if key in left}
    assert asked.version.searcher.statistics == asked.version.manifest.lexical
    assert not held(own, b"merger", b"board/plan.md", *WORDS, b"canteen.md", b"summer")
    assert not list((own / ".lexiane" / "store" / "collecting").glob("*"))
    assert lexiane(own, "verify").code == 0
    erase_document(app.backends, "tie-a.txt", "tie-b.txt")
    empty = asker(opened(own), version)
    assert empty.version.erased.documents == len(DOCUMENTS)
    assert empty.ask("weeks of fog").answer.abstained
    assert lexiane(own, "verify").code == 0


def test_what_was_erased_does_not_come_back_by_itself(own: Path) -> None:
    erase_document(opened(own).backends, SECRET)
    refused = lexiane(own, "build", "notes", "--json").problem
    assert f"{SECRET!r} was erased" in refused["detail"]
    assert not held(own, *WORDS)
    # The table of chunks would be the redacted one, the document's leaf is another.
    (own / "docs" / f"{SECRET}.lexiane.yaml").write_text("metadata: {owner: hr}\n")
    refused = lexiane(own, "build", "notes", "--json").problem
    assert "erased" in refused["detail"]
    assert not held(own, b"quaxelborn.md.lexiane")
    (own / "docs" / SECRET).unlink()
    (own / "docs" / f"{SECRET}.lexiane.yaml").unlink()
    built = lexiane(own, "build", "notes", "--json").json
    assert built["documents"] == len(DOCUMENTS)
    assert asker(opened(own), versions(opened(own))[0]).version.erased.documents == 0


def test_a_document_that_no_version_ever_held_does_not_come_back_either(own: Path) -> None:
    (own / "docs" / "visit.md").write_text("# Visit\n\nMister Dromgoole visited the canteen.\n")
    app = opened(own)
    settings = corpus_settings(own, own / "assets" / "notes")
    ingest(app.recipe("notes", settings), app.backends, QUIET)
    assert held(own, b"Dromgoole")
    erase_document(app.backends, "visit.md")
    assert not held(own, b"Dromgoole")
    refused = lexiane(own, "build", "notes", "--json").problem
    assert "'visit.md' was erased" in refused["detail"]
    assert not held(own, b"Dromgoole")


def test_tables_that_another_corpus_shares_are_not_touched_by_accident(own: Path) -> None:
    shutil.copytree(own / "assets" / "notes", own / "assets" / "others")
    assert lexiane(own, "build", "others").code == 0
    backends = opened(own).backends
    with pytest.raises(ConfigurationError, match="others"):
        erase_document(backends, SECRET)
    done = lexiane(
        own, "erase", "--document", SECRET, "--corpus", "notes", "--corpus", "others", "--yes", "--json"
    )  # fmt: skip
    assert {name.partition("@")[0] for name in done.json["versions"]} == {"notes", "others"}
    assert not held(own, *WORDS)


def test_rows_taken_out_without_an_event_are_not_covered_up(own: Path) -> None:
    app = opened(own)
    manifest = load_manifest(app.backends.objects, versions(app)[0])
    hashes = app.backends.tables.leaf_hashes("documents", manifest.documents)
    app.backends.tables.hide(
        Redaction("documents", manifest.documents, len(hashes), ((0, hashes[0]),))
    )
    app.backends.tables.rewrite("documents", manifest.documents)
    with pytest.raises(IntegrityError, match="no erasure in the ledger"):
        erase_document(app.backends, SECRET)
    assert lexiane(own, "verify").code != 0


def test_a_checker_that_shares_no_code_agrees(own: Path) -> None:
    app = opened(own)
    erase_document(app.backends, SECRET)
    erase_document(app.backends, "canteen.md")
    words = own / "stop_words.txt"
    words.write_text("\n".join(stop_words("english")), "utf-8")
    checker = Path(__file__).parents[2] / "docs" / "formats" / "recompute_version.py"
    command = [sys.executable, str(checker), ".lexiane/store", "--stop-words", str(words)]
    done = subprocess.run(command, cwd=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("(2 erased)") == 6
    assert done.stdout.count("hidden)") == 2
    redaction = next((own / ".lexiane" / "store" / "redactions" / "chunks").rglob("*.json"))
    redaction.unlink()
    done = subprocess.run(command, cwd=own, capture_output=True, text=True, check=False)
    assert (done.returncode, "FAILED" in done.stdout) == (1, True)


def test_a_changed_redaction_is_named(own: Path) -> None:
    app = opened(own)
    erase_document(app.backends, SECRET)
    manifest = load_manifest(app.backends.objects, versions(app)[0])
    (file,) = (own / ".lexiane" / "store" / "redactions" / "chunks").rglob(f"{manifest.chunks}-*")
    whole = file.read_bytes()
    for position in range(0, len(whole), 7):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(IntegrityError):
            app.backends.tables.chunks(manifest.chunks)
    file.unlink()
    with pytest.raises(IntegrityError):
        app.backends.tables.chunks(manifest.chunks)


def test_a_short_id_takes_no_signed_statement(tmp_path: Path) -> None:
    """`1` stands in every statement, as part of a date, a version or a digest."""
    rows = [{"id": str(number), "text": f"Ship {number} is late."} for number in range(1, 13)]
    project = Project.make(tmp_path / "numbers", {"unused.txt": b"unused"})
    (project.root / "ships.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    project.declare(source={"type": "jsonl", "path": "ships.jsonl"}, embedder=HASH, language="none")
    project.build()
    ledger = opened(project.root).backends.ledger
    signed = {leaf for leaf, _, _ in ledger.fields_at("statement")}
    (built,) = ledger.find("version")
    erase_document(opened(project.root).backends, "1", corpus=CORPUS)
    ledger = opened(project.root).backends.ledger
    reissued = ledger.find("version")[-1]
    left = {leaf for leaf, _, _ in ledger.fields_at("statement")}
    assert len(signed) > 2
    assert left == signed - {built} | {reissued}
