"""The page of a pack: what it shows, for somebody who reads no JSON (docs/evidence.md)."""

import base64
import hashlib
from collections.abc import Mapping

from lexiane_dagster.application.evidence.html import (
    Markup,
    code,
    joined,
    own_words,
    rows,
    section,
    tag,
)
from lexiane_dagster.application.evidence.ledger_part import LedgerPart
from lexiane_dagster.application.evidence.page_history import history, written
from lexiane_dagster.application.evidence.page_proofs import checking, digests, proven
from lexiane_dagster.application.evidence.page_ranking import ranking
from lexiane_dagster.application.evidence.page_sources import sources
from lexiane_dagster.application.evidence.style import STYLE
from lexiane_dagster.application.evidence.version_part import VersionPart
from lexiane_dagster.domain.version import short_name


def page(ledger: LedgerPart, version: VersionPart, members: Mapping[str, bytes]) -> str:
    """The whole page: no script, nothing from outside, and a policy that forbids both."""
    record = ledger.record
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        _policy(),
        tag("meta", name="viewport", content="width=device-width,initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"Evidence: answer {record.answer_id}"),
        tag("style", Markup(STYLE)),
    )
    parts = (
        ("answer", "Answer", _answer(ledger)),
        ("sources", "Quoted sources", sources(record, version)),
        ("ranking", "How the passages were ranked", ranking(record, version)),
        ("history", "The version and its ledger", history(ledger)),
        ("proven", "What is proven, and what is not", proven(record, version)),
        ("checking", "How to check this", checking(ledger)),
        ("digests", "Digests", digests(ledger, version, members)),
    )
    menu = (tag("li", tag("a", title, href=f"#{anchor}")) for anchor, title, _ in parts)
    body = tag(
        "body",
        tag(
            "header",
            *_header(ledger, version),
            tag("nav", tag("ul", *menu), aria_label="On this page"),
        ),
        tag("main", *(section(anchor, title, content) for anchor, title, content in parts)),
        tag(
            "footer",
            "Made by Lexiane from its ledger. The machine-readable parts beside this page are what is "
            "proven; where the page and they differ, they count.",
        ),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _policy() -> Markup:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    # Not through `tag`: a policy is written with quotes, and a checker looks for it as it stands here.
    return Markup(
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">"
    )


def _header(ledger: LedgerPart, version: VersionPart) -> tuple[Markup, ...]:
    record, manifest = ledger.record, version.manifest
    question = record.fields.get("question")
    title = own_words(question) if question else "The question was erased"
    asker = record.fields.get("principal")
    about = [
        ("Answered", written(record.entry.at)),
        ("From version", code(short_name(manifest.corpus, manifest.digest))),
        (
            "Which holds",
            f"{manifest.document_count:,} documents in {manifest.chunk_count:,} passages",
        ),
    ]
    if asker:
        about.append(("Asked by", own_words(str(asker))))
    if record.groups:
        about.append(("As member of", own_words(", ".join(record.groups))))
    return (
        tag("p", f"Evidence pack · answer {record.answer_id}", class_="kind"),
        tag("h1", title),
        rows(*about),
    )


def _answer(ledger: LedgerPart) -> Markup:
    record = ledger.record
    answer = record.fields.get("answer")
    notice = joined()
    if record.erased:
        told = ", ".join(f"leaf {index} ({entry.at[:10]})" for index, entry in ledger.erasures)
        notice = tag(
            "p",
            f"{len(record.erased)} of {len(record.entry.commitments)} parts of this record were erased "
            f"afterwards. The erasure is itself recorded in the ledger: {told}. What was erased is not in "
            "this pack; that it once stood there is proven by its commitments.",
            class_="notice",
            role="note",
        )
    if answer is None:
        return joined(notice, tag("p", "The answer was erased."))
    if answer["abstained"]:
        told = tag(
            "p",
            "The passages that were found are too weak for an answer, so none was given and nothing "
            "is quoted.",
            class_="fine",
        )
        return joined(
            notice, tag("div", tag("p", own_words(answer["text"])), class_="answer"), told
        )
    quotes = [item.quote if item else None for item in record.citations]
    lines = answer["text"].split("\n")
    verbatim = "\n".join(quote or "" for quote in quotes) == answer["text"]
    if verbatim:
        lines = [quote or "" for quote in quotes]
    numbered = (
        tag("p", own_words(line), _number(place) if verbatim else "")
        for place, line in enumerate(lines, start=1)
    )
    cited = "" if verbatim else joined(*(_number(place) for place in range(1, len(quotes) + 1)))
    told = "Each line is a verbatim quote; its number leads to its place in the source."
    fine = (
        tag("p", told, class_="fine") if verbatim else tag("p", "Sources: ", cited, class_="fine")
    )
    return joined(notice, tag("div", *numbered, class_="answer"), fine)


def _number(place: int) -> Markup:
    return tag(
        "a",
        f"[{place}]",
        href=f"#quote-{place}",
        class_="number",
        aria_label=f"Source of quote {place}",
    )
