"""Signed notes: what others published is understood here, and what is signed here by others."""

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.domain.ledger.checkpoint import (
    Checkpoint,
    NoteSignature,
    SignedCheckpoint,
    key_id,
    sign,
    verifier_key,
)
from tests.ledger.support import answer, current_verifier, ledger_in, needs_go

# The example of golang.org/x/mod/sumdb/note (BSD-3-Clause).
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_LINE = (
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)
# The example of https://c2sp.org/tlog-checkpoint.
C2SP_NOTE = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""  # noqa: E501
# Checks a note with the module of Go's own transparency log. Arguments: file of the note, then keys.
GO_PROGRAM = """\
package main

import (
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	message, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var known []note.Verifier
	for _, key := range os.Args[2:] {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		known = append(known, verifier)
	}
	opened, err := note.Open(message, note.VerifierList(known...))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("%d good, %d unknown\\n", len(opened.Sigs), len(opened.UnverifiedSigs))
}
"""
KEYRING = FolderKeyring(Path("never made"))


def public_key(verifier: str) -> bytes:
    return base64.b64decode(verifier.split("+", 2)[2])[1:]


def test_gos_published_note_is_understood() -> None:
    key = public_key(GO_KEY)
    line = NoteSignature.from_line(GO_LINE)
    assert verifier_key("PeterNeumann", key) == GO_KEY
    assert (line.name, line.key_id) == ("PeterNeumann", key_id("PeterNeumann", key))
    assert line.line() == f"{GO_LINE}\n"
    assert KEYRING.verify(key, GO_TEXT.encode(), line.signature)
    assert not KEYRING.verify(key, GO_TEXT.lower().encode(), line.signature)


def test_the_published_checkpoint_is_understood() -> None:
    found = SignedCheckpoint.from_note(C2SP_NOTE)
    assert (found.checkpoint.origin, found.checkpoint.size) == (
        "example.com/behind-the-sofa",
        20_852_163,
    )
    assert found.signatures[0].key_id.hex() == "033de0ae"
    assert found.note() == C2SP_NOTE


@pytest.mark.parametrize(
    "changed",
    [
        C2SP_NOTE.replace("20852163", "020852163"),
        C2SP_NOTE.replace("20852163", "-20852163"),
        C2SP_NOTE.replace("jxq2I=", "jxq2J="),  # the same 32 bytes in another spelling
        C2SP_NOTE.replace("AYQ8=", "AYQ9="),
        C2SP_NOTE.replace("— ", "- "),
        C2SP_NOTE.replace("\n\n", "\nextension\n\n"),
        C2SP_NOTE.replace("\n\n", "\n"),
        C2SP_NOTE.rstrip("\n"),
        f"{C2SP_NOTE}\n",
        C2SP_NOTE.partition("— ")[0],
        "",
    ],
)
def test_other_spellings_are_refused(changed: str) -> None:
    """A note has one spelling, so that no byte of it can be changed unnoticed."""
    assert changed != C2SP_NOTE
    with pytest.raises(ValueError, match="not a"):
        SignedCheckpoint.from_note(changed)


@given(at=st.integers(0), mask=st.integers(1, 255))
def test_a_changed_byte_is_always_noticed(at: int, mask: int) -> None:
    good, key = _signed()
    data = bytearray(good.note().encode())
    data[at % len(data)] ^= mask
    try:
        found = SignedCheckpoint.from_note(data.decode())
    except ValueError:
        return
    assert found.signed_by([key], KEYRING.verify) is None


def _signed() -> tuple[SignedCheckpoint, bytes]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = private.public_key().public_bytes_raw()
    return sign(Checkpoint("example.org/log", 7, bytes(32)), [(key, private.sign)]), key


def test_a_signature_under_another_name_does_not_count() -> None:
    good, key = _signed()
    line = good.signatures[0]
    renamed = NoteSignature("example.org/other", line.key_id, line.signature)
    assert good.signed_by([key], KEYRING.verify) == key
    assert SignedCheckpoint(good.checkpoint, (renamed,)).signed_by([key], KEYRING.verify) is None


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, compiled."""
    go, folder = needs_go(), tmp_path_factory.mktemp("go")
    (folder / "main.go").write_text(GO_PROGRAM)
    for arguments in (
        ["mod", "init", "opener"],
        ["get", "golang.org/x/mod@v0.33.0"],
        ["build", "-o", "opener", "."],
    ):
        done = subprocess.run([go, *arguments], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"`go {arguments[0]}` failed: {done.stderr.strip().splitlines()[-1]}")
    return folder / "opener"


def test_go_opens_our_notes(opener: Path, tmp_path: Path) -> None:
    ledger, note = ledger_in(tmp_path), tmp_path / "note"

    def opened(*keys: str) -> tuple[int, str]:
        note.write_text(ledger.checkpoint().note(), "utf-8")
        done = subprocess.run([str(opener), str(note), *keys], capture_output=True, text=True)
        return done.returncode, done.stdout.strip()

    ledger.append([answer("first")])
    old = current_verifier(ledger)
    assert opened(old) == (0, "1 good, 0 unknown")
    ledger.rotate()
    new = current_verifier(ledger)
    assert opened(old, new) == (0, "2 good, 0 unknown")
    assert opened(new) == (0, "1 good, 1 unknown")
    ledger.append([answer("second")])
    assert opened(old)[0] == 1
    note.write_text(note.read_text("utf-8").replace("\n4\n", "\n5\n"))
    done = subprocess.run([str(opener), str(note), new], capture_output=True, text=True)
    assert done.returncode == 1
