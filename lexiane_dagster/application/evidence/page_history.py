"""What the ledger says of the version that answered, in the order in which it happened."""

from typing import Final

from lexiane_dagster.application.evidence.html import Markup, joined, own_words, tag
from lexiane_dagster.application.evidence.ledger_part import LedgerPart
from lexiane_dagster.domain.ledger.entry import ANSWER, ERASURE, GATE, PROMOTION, VERSION, Entry

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def history(ledger: LedgerPart) -> Markup:
    record = ledger.record
    events = sorted([*ledger.events, (record.answer_id, record.entry)], key=lambda event: event[0])
    head = tag("tr", *(tag("th", name, scope="col") for name in ("Leaf", "When", "What")))
    body = (
        tag(
            "tr",
            tag("th", f"{index:,}", scope="row", class_="n"),
            tag("td", written(entry.at)),
            tag("td", _told(entry)),
            class_="cited" if index == record.answer_id else "other",
        )
        for index, entry in events
    )
    return joined(
        tag(
            "p",
            "How the version was built, which checks it passed and when it was released, as the ledger has "
            "it. Each leaf is enclosed with its proof, most with a signed statement.",
        ),
        tag("div", tag("table", tag("thead", head), tag("tbody", *body)), class_="scroll"),
    )


def _told(entry: Entry) -> Markup:
    body = entry.body
    if entry.type == GATE:
        passed = "passed" if body.get("ok") else "not passed"
        kind = "" if body.get("blocking") else ", which does not block a release"
        return joined("Check ", own_words(str(body.get("gate"))), f" {passed}{kind}")
    if entry.type == PROMOTION:
        return joined("Released as ", own_words(str(body.get("release"))))
    if entry.type == ERASURE:
        return joined("Erasure: ", own_words(str(body.get("kind"))))
    return joined({VERSION: "Version built", ANSWER: "This answer"}[entry.type])


def written(at: str) -> str:
    """A time of the ledger for people, in no locale but English."""
    day, _, time = at.partition("T")
    year, month, number = day.split("-")
    return f"{int(number)} {_MONTHS[int(month) - 1]} {year}, {time[:8]} UTC"
