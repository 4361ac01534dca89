"""Whatever is changed in a pack, the check fails and names the step."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lexiane_dagster.application.evidence.archive import PACK, SIGNATURE
from tests.evidence.support import Pack, check, failing, flipped, places

STEPS_OF_A_FLIP = {"archive", "members"}


def sampled(start: int, end: int, count: int) -> list[int]:
    """The first byte, the last, and some between."""
    step = max(1, (end - start - 1) // max(1, count - 1))
    return sorted({*range(start, end, step), end - 1})


def flips_that_pass(data: bytes, count: int) -> list[tuple[str, int]]:
    """Flipped bits after which the pack still holds, `count` a member and all of the frame."""
    members = places(data)
    inside = {at for start, end in members.values() for at in range(start, end)}
    chosen = [(name, at) for name, span in members.items() for at in sampled(*span, count)]
    frame = [("frame", at) for at in range(len(data)) if at not in inside]
    every = max(1, len(frame) // (count * 10))
    return [
        (name, at)
        for name, at in [*chosen, *frame[::every]]
        if not failing(check(flipped(data, at))) & STEPS_OF_A_FLIP
    ]


@pytest.mark.parametrize(("kind", "count"), [("quotes", 3), ("rotated", 1)])
def test_any_changed_byte_is_found(packs: Mapping[str, Pack], kind: str, count: int) -> None:
    assert flips_that_pass(packs[kind].bytes(), count) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", ["quotes", "abstains", "groups", "tiny", "partly"])
def test_any_changed_byte_is_found_at_full_size(packs: Mapping[str, Pack], kind: str) -> None:
    assert flips_that_pass(packs[kind].bytes(), 40) == []


def test_a_changed_byte_is_found_though_the_list_was_mended(packs: Mapping[str, Pack]) -> None:
    """A forger makes pack.json anew; without the key of the ledger the signature fails."""
    pack = packs["quotes"]
    for path in sorted(pack.members.keys() - {PACK, SIGNATURE}):
        data = pack.members[path]
        for at in sampled(0, len(data), 2):
            forged = pack.having(path, flipped(data, at))
            assert "signature" in failing(check(forged.bytes())), (path, at)


def test_a_shortened_or_longer_file_is_found(packs: Mapping[str, Pack]) -> None:
    data = packs["tiny"].bytes()
    for end in (0, 1, 3, 4, 29, 30, 31, 1000, len(data) // 2, len(data) - 22, len(data) - 1):
        assert failing(check(data[:end])), end
    assert failing(check(data + b"\0")) == {"archive"}
    assert failing(check(b"\0" + data)) == {"archive"}
    assert failing(check(data + data))


def test_members_removed_added_renamed_swapped_and_doubled(packs: Mapping[str, Pack]) -> None:
    pack = packs["quotes"]
    names = list(pack.members)
    for path in names:
        assert "members" in failing(check(pack.without(path).bytes())) or path == SIGNATURE
        assert failing(check(pack.without(path).bytes())), path
        if path not in (PACK, SIGNATURE):
            assert failing(check(pack.without(path).listed().bytes())) - {"signature"}, path
    added = {**pack.members, "more.json": b"{}"}
    assert "members" in failing(check(Pack(added).bytes()))
    assert "members" in failing(check(Pack(added).listed().bytes()))
    one, two = "documents.json", "chunks.json"
    swapped = {**pack.members, one: pack.members[two], two: pack.members[one]}
    assert {"members", "documents", "chunks"} <= failing(check(Pack(swapped).bytes()))
    renamed = {
        ("terms2.json" if name == "terms.json" else name): data
        for name, data in pack.members.items()
    }
    assert failing(check(Pack(renamed).bytes()))
    data, spans = pack.bytes(), places(pack.bytes())
    start, end = spans["checkpoint.txt"]
    header = start - 30 - len("checkpoint.txt")
    assert failing(check(data[:end] + data[header:end] + data[end:])) == {"archive"}


Change = Callable[[Any], Any]


def edited(path: str, change: Change) -> Callable[[Pack], Pack]:
    """A change of one JSON member, in place."""

    def apply(pack: Pack) -> Pack:
        value = pack.json(path)
        change(value)
        return pack.having(path, value)

    return apply


def first(path: str, kind: str, change: Change) -> Callable[[Pack], Pack]:
    return edited(path, lambda value: change(value[kind][0]))


def field(path: str, change: Change) -> Callable[[Pack], Pack]:
    return edited("record.json", lambda value: change(value["fields"][path]))


def statement(change: Change) -> Callable[[Pack], Pack]:
    def apply(value: Any) -> None:
        held = [entry for entry in value["entries"] if "statement" in entry["fields"]]
        change(held[0])

    return edited("ledger.json", apply)


def put(key: str, new: Any) -> Change:
    def change(value: Any) -> None:
        value[key] = new(value[key]) if callable(new) else new

    return change


def text_of(pack: Pack) -> str:
    return next(path for path in pack.members if path.startswith("texts/"))


def on_page(old: bytes, new: bytes) -> Callable[[Pack], Pack]:
    return lambda p: p.having("index.html", p.members["index.html"].replace(old, new, 1))


def runnable_source(pack: Pack, twice: bool = False) -> Pack:
    """A cited source under a name that a browser takes for a page, or under both names."""
    path = next(path for path in pack.members if path.startswith("sources/"))
    named = pack.having(f"{path.rpartition('.')[0]}.html", pack.members[path])
    return named if twice else named.without(path).listed()


LIES: dict[str, tuple[str, Callable[[Pack], Pack]]] = {
    "another question": ("commitments", field("question", put("value", "Was it so?"))),
    "another opening": ("commitments", field("answer", put("opening", "00" * 32))),
    "a field left out": (
        "commitments",
        edited("record.json", lambda v: v["fields"].pop("principal")),
    ),
    "a field added": (
        "commitments",
        edited("record.json", lambda v: v["fields"].update(x=v["fields"]["answer"])),
    ),
    "another time": (
        "leaves",
        edited("record.json", lambda v: v["leaf"].update(at="2020-01-01T00:00:00.000Z")),
    ),
    "another place in the ledger": ("leaves", edited("record.json", put("index", lambda i: i - 1))),
    "a leaf that is not there": (
        "leaves",
        edited("ledger.json", lambda v: v["entries"][0]["leaf"].update(at="x")),
    ),
    "a shorter proof": ("leaves", edited("record.json", lambda v: v["proof"].pop())),
    "a longer proof": ("leaves", edited("record.json", lambda v: v["proof"].append("00" * 32))),
    "another key": (
        "keys",
        first("keys.json", "keys", lambda k: k["leaf"]["body"].update(origin="x")),
    ),
    "no key": ("keys", edited("keys.json", put("keys", []))),
    "another size": (
        "checkpoint",
        lambda p: p.having(
            "checkpoint.txt",
            p.members["checkpoint.txt"].replace(b"\n2", b"\n3", 1).replace(b"\n1", b"\n2", 1),
        ),
    ),
    "another manifest": (
        "manifest",
        edited("manifest.json", lambda m: m["retrieval"].update(depth=99)),
    ),
    "no version leaf": (
        "manifest",
        edited(
            "ledger.json",
            put("entries", lambda e: [x for x in e if x["leaf"]["type"] != "version"]),
        ),
    ),
    "a document renamed": (
        "documents",
        first("documents.json", "documents", lambda r: r["leaf"].update(document_id="x")),
    ),
    "a document for all": (
        "documents",
        first("documents.json", "documents", lambda r: r["leaf"].update(media_type="x")),
    ),
    "documents in another order": (
        "documents",
        edited("documents.json", lambda v: v["documents"].reverse()),
    ),
    "a passage changed": (
        "chunks",
        first("chunks.json", "chunks", lambda r: r["leaf"].update(text=r["leaf"]["text"] + ".")),
    ),
    "a passage left out": ("chunks", edited("chunks.json", lambda v: v["chunks"].pop())),
    "passages in another order": ("chunks", edited("chunks.json", lambda v: v["chunks"].reverse())),
    "a vector changed": (
        "vectors",
        first(
            "chunks.json",
            "chunks",
            lambda r: r["vector"].update(value="AAAA" + r["vector"]["value"][4:]),
        ),
    ),
    "a term added": ("terms", first("chunks.json", "chunks", lambda r: r["terms"].append("leav"))),
    "another frequency": (
        "terms",
        first("terms.json", "terms", lambda r: r.update(leaf=[r["leaf"][0], r["leaf"][1] + 1])),
    ),
    "a term called absent": (
        "terms",
        edited("terms.json", lambda v: v["absent"].append(v["terms"].pop()["leaf"][0])),
    ),
    "a stem changed": (
        "terms",
        edited("terms.json", lambda v: v["stems"].update({next(iter(v["stems"])): "zzz"})),
    ),
    "another stop list": ("terms", edited("stop_words.json", lambda v: v["words"].pop())),
    "the text of a source": (
        "sources",
        lambda p: p.having(text_of(p), p.members[text_of(p)].replace(b"sixteen", b"sixty")),
    ),
    "another offset": (
        "quotes",
        field("citations/000", lambda f: f["value"].update(start=f["value"]["start"] + 1)),
    ),
    "another page": ("quotes", field("citations/000", lambda f: f["value"].update(page=7))),
    "a quote changed": (
        "quotes",
        field("citations/000", lambda f: f["value"].update(quote="Leave lasts sixty weeks.")),
    ),
    "another source": (
        "quotes",
        field("citations/000", lambda f: f["value"].update(document_digest="00" * 32)),
    ),
    "another score": (
        "ranking",
        field("ranking/000", lambda f: f["value"].update(score=f["value"]["score"] - 1)),
    ),
    "another lexical score": (
        "ranking",
        field("ranking/001", lambda f: f["value"].update(lexical_score=1)),
    ),
    "another dense score": (
        "ranking",
        field("ranking/001", lambda f: f["value"].update(dense_score=1)),
    ),
    "another rank": ("ranking", field("ranking/001", lambda f: f["value"].update(dense_rank=99))),
    "another vector of the question": (
        "ranking",
        field("query_vector", put("value", lambda v: "AAAA" + v[4:])),
    ),
    "a better best": (
        "ranking",
        field("dense", lambda f: f["value"].update(best=f["value"]["best"] + 1)),
    ),
    "other words": ("answer", field("answer", lambda f: f["value"].update(text="Sixty weeks."))),
    "another prompt": ("answer", field("prompt", put("value", "00" * 32))),
    "no abstaining": ("answer", field("answer", lambda f: f["value"].update(abstained=True))),
    "a statement unsigned": (
        "statements",
        statement(lambda e: e["fields"]["statement"]["value"].update(signatures=[])),
    ),
    "a statement changed": (
        "statements",
        statement(lambda e: e["fields"]["statement"]["value"].update(payload="e30=")),
    ),
    "a statement left out": ("commitments", statement(lambda e: e.update(fields={}))),
    "a script on the page": (
        "page",
        lambda p: p.having(
            "index.html", p.members["index.html"].replace(b"</main>", b"<script>1</script></main>")
        ),
    ),
    "a link to elsewhere": (
        "page",
        lambda p: p.having(
            "index.html",
            p.members["index.html"].replace(b'href="#answer"', b'href="https://example.org"'),
        ),
    ),
    "leaves in another order": ("leaves", edited("ledger.json", put("entries", lambda e: e[::-1]))),
    "an attribute that acts": ("page", on_page(b"<main>", b'<main onclick="go()">')),
    "an attribute in a form of its own": ("page", on_page(b"<main>", b"<main/onclick=go()>")),
    "a link in another form": (
        "page",
        on_page(b'<a href="#answer"', b"<a href='https://example.org' href=\"#answer\""),
    ),
    "a picture by style": ("page", on_page(b"<main>", b'<main style="background:url(//x)">')),
    "a comment around the policy": ("page", on_page(b"<meta http-equiv", b"<!--<meta http-equiv")),
    "a policy that allows": (
        "page",
        on_page(b"; base-uri 'none'", b"; script-src 'unsafe-inline'"),
    ),
    "a second policy": (
        "page",
        on_page(b"</title>", b'</title><meta http-equiv="refresh" content="0;url=//x">'),
    ),
    "a source that a browser runs": ("members", runnable_source),
    "a source twice": ("members", lambda p: runnable_source(p, twice=True)),
    "another answer listed": ("members", edited(PACK, put("answer", 1))),
    "not canonical": (
        "manifest",
        lambda p: p.having("manifest.json", b" " + p.members["manifest.json"]),
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_named_by_its_step(packs: Mapping[str, Pack], lie: str) -> None:
    """The list of members is mended, so that the step itself has to find it."""
    step, tell = LIES[lie]
    pack = packs["quotes"]
    told = tell(pack)
    assert told.members != pack.members
    assert {step, "signature"} <= failing(check(told.bytes()))


def test_a_pack_signed_with_another_key_is_found_with_the_key_that_the_auditor_knows(
    packs: Mapping[str, Pack],
) -> None:
    pack, other = packs["quotes"], packs["tiny"]
    assert failing(check(other.bytes())) == set()
    assert failing(check(other.bytes(), pack.verifier)) == {"keys"}
    forged = pack.signed(
        Ed25519PrivateKey.generate(), pack.members["checkpoint.txt"].decode().split("\n")[0]
    )
    assert failing(check(forged.bytes())) == {"signature"}


def test_every_key_that_was_ever_valid_can_be_the_one_that_is_known(
    packs: Mapping[str, Pack],
) -> None:
    old, new = packs["quotes"], packs["rotated"]
    assert len(new.json("keys.json")["keys"]) == 3
    assert old.verifier != new.verifier
    assert failing(check(new.bytes(), old.verifier)) == set()
    assert failing(check(old.bytes(), new.verifier)) == {"keys"}


def test_an_index_is_a_number(packs: Mapping[str, Pack]) -> None:
    """In Python `False` is one; in the format it is not."""
    change = edited("keys.json", lambda value: value["keys"][0].update(index=False))
    assert failing(check(change(packs["quotes"]).bytes())) == {"leaves", "signature"}
    change = edited("chunks.json", lambda value: value["chunks"][0]["vector"].update(index=False))
    assert failing(check(change(packs["tiny"]).bytes())) == {"vectors", "signature"}


def test_an_erasure_covers_older_leaves_only(packs: Mapping[str, Pack]) -> None:
    pack = packs["erased"]
    assert "commitments" not in failing(check(pack.bytes()))
    answer, ledger = pack.json("record.json")["index"], pack.json("ledger.json")
    for entry in ledger["entries"]:
        if entry["leaf"]["type"] == "erasure":
            entry["index"] = answer - 1
    assert "commitments" in failing(check(pack.having("ledger.json", ledger).bytes()))


def second_key(change: Change) -> Callable[[Pack], Pack]:
    return edited("keys.json", lambda value: change(value["keys"][1]))


def one_signature(key: Any) -> None:
    note = key["rotation"]["checkpoint"].split("\n")
    key["rotation"]["checkpoint"] = "\n".join([*note[:5], ""])


ROTATIONS: dict[str, Callable[[Pack], Pack]] = {
    "no rotation": second_key(put("rotation", None)),
    "another proof": second_key(lambda key: key["rotation"].update(proof=[])),
    "no consistency": second_key(lambda key: key["rotation"].update(consistency=[])),
    "one signature": second_key(one_signature),
}


@pytest.mark.parametrize("lie", ROTATIONS)
def test_a_key_that_nobody_vouched_for_is_found(packs: Mapping[str, Pack], lie: str) -> None:
    told = ROTATIONS[lie](packs["rotated"])
    assert {"keys", "signature"} <= failing(check(told.bytes()))


def test_what_was_erased_needs_its_erasure(packs: Mapping[str, Pack]) -> None:
    pack = packs["partly"]
    entries = [
        each for each in pack.json("ledger.json")["entries"] if each["leaf"]["type"] != "erasure"
    ]
    told = edited("ledger.json", put("entries", entries))(pack)
    assert {"commitments", "signature"} <= failing(check(told.bytes()))
