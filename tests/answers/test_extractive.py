"""The extractive generator: verbatim, deterministic, honest about weak evidence."""

from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.adapters.extractive.generator import NOT_IN_CORPUS, ExtractiveGenerator
from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from lexiane_dagster.domain.abstention import THRESHOLD, coverage, is_weak
from lexiane_dagster.domain.answer import AnalyzedQuestion, EvidenceChunk
from lexiane_dagster.domain.retrieval import Ranked

ANALYZER = SnowballAnalyzer("english")
GENERATOR = ExtractiveGenerator(ANALYZER)

LEAVE = (
    "Employees may carry over five days of annual leave. Requests go to the line manager. "
    "The carry-over lapses on 31 March."
)
CANTEEN = "The canteen opens at noon. Soup is served daily."


def passage(number: int, text: str, score: int, heading: tuple[str, ...] = ()) -> EvidenceChunk:
    ranked = Ranked(f"{number:064x}", score, 1, 1, 1, 1)
    return EvidenceChunk(ranked, f"d{number}", heading, text)


def asked(text: str) -> AnalyzedQuestion:
    return AnalyzedQuestion(text, dict.fromkeys(ANALYZER.terms(text), 1000))


def test_the_sentences_that_hold_the_question_are_quoted_verbatim() -> None:
    evidence = [passage(1, LEAVE, 900), passage(2, CANTEEN, 300)]
    draft = GENERATOR.draft(asked("When does carried over annual leave lapse?"), evidence)
    quotes = [LEAVE[quote.start : quote.end] for quote in draft.quotes]
    assert "The carry-over lapses on 31 March." in quotes
    assert draft.text == "\n".join(quotes)
    assert all(quote.chunk_id == f"{1:064x}" for quote in draft.quotes)


def test_weak_evidence_is_declined() -> None:
    draft = GENERATOR.draft(asked("What is the capital of Mongolia?"), [passage(1, LEAVE, 900)])
    assert (draft.text, tuple(draft.quotes)) == (NOT_IN_CORPUS, ())


def test_no_evidence_and_no_terms_are_declined() -> None:
    assert not GENERATOR.draft(asked("annual leave"), []).quotes
    assert not GENERATOR.draft(asked("of the and"), [passage(1, LEAVE, 900)]).quotes


def test_headings_count_as_evidence() -> None:
    text = "It lapses on 31 March."
    question = asked("annual leave carry over")
    assert not GENERATOR.draft(question, [passage(1, text, 900)]).quotes
    assert GENERATOR.draft(question, [passage(1, text, 900, ("Annual leave", "Carry-over"))]).quotes


def test_the_number_of_quotes_is_bounded() -> None:
    text = " ".join(f"Alpha{n} beta{n} gamma." for n in range(6))
    question = asked(" ".join(f"alpha{n} beta{n}" for n in range(6)))
    for most in (1, 2, 5):
        draft = ExtractiveGenerator(ANALYZER, most).draft(question, [passage(1, text, 900)])
        assert len(draft.quotes) == most


@given(st.lists(st.text(min_size=1, max_size=200), min_size=1, max_size=6), st.text(min_size=1))
def test_every_quote_lies_within_its_passage_and_two_drafts_are_equal(
    texts: list[str], question: str
) -> None:
    evidence = [passage(n, text, 1000 - n) for n, text in enumerate(texts)]
    draft = GENERATOR.draft(asked(question + " " + texts[0]), evidence)
    by_id = {item.ranked.chunk_id: item.text for item in evidence}
    for quote in draft.quotes:
        assert 0 <= quote.start < quote.end <= len(by_id[quote.chunk_id])
    assert draft == GENERATOR.draft(asked(question + " " + texts[0]), evidence)


def test_coverage_is_the_share_of_the_best_passage() -> None:
    weights = {"a": 300, "b": 100, "c": 600}
    assert coverage(weights, [{"a"}, {"a", "b"}]) == 400
    assert coverage(weights, []) == 0
    assert coverage({}, [{"a"}]) == 0
    assert is_weak(THRESHOLD - 1)
    assert not is_weak(THRESHOLD)
