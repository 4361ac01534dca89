"""Analysis v1 with the Snowball stemmers of PyStemmer."""

from collections.abc import Sequence
from threading import Lock

import Stemmer

from lexiane_dagster.adapters.snowball.probes import EXPECTED, digest_of_stems
from lexiane_dagster.domain.analysis import NO_LANGUAGE, term_of, words
from lexiane_dagster.domain.errors import AnalysisError, ConfigurationError
from lexiane_dagster.domain.stop_words import LANGUAGES, stop_words, stop_words_digest
from lexiane_dagster.domain.version import AnalysisSettings

# Words remembered per analyzer, at about 150 bytes each.
MEMO_LIMIT = 1_000_000


class SnowballAnalyzer:
    """Analysis v1 of one language, or of none (`none`: no stemming, no stop words).

    Safe for use by several threads.

    Raises:
        ConfigurationError: a language without a stop list.
        AnalysisError: the installed stemmer or Unicode tables give other terms than analysis v1.
    """

    def __init__(self, language: str) -> None:
        if language not in (NO_LANGUAGE, *LANGUAGES):
            known = ", ".join((*LANGUAGES, NO_LANGUAGE))
            raise ConfigurationError(
                f"language {language!r} has no analysis", remedy=f"Choose one of: {known}."
            )
        self._settings = AnalysisSettings(language, stop_words_digest(language))
        self._terms = _Memo(language)
        self._check()

    @property
    def settings(self) -> AnalysisSettings:
        return self._settings

    def terms(self, text: str) -> list[str]:
        return list(filter(None, map(self._terms.__getitem__, words(text))))

    def terms_of_many(self, texts: Sequence[str]) -> list[list[str]]:
        term_of_word = self._terms.__getitem__
        return [list(filter(None, map(term_of_word, words(text)))) for text in texts]

    def _check(self) -> None:
        language = self._settings.language
        if digest_of_stems(self.terms) != EXPECTED[language]:
            raise AnalysisError(
                f"analysis changed: this installation gives other terms for language {language!r}",
                remedy="Install the PyStemmer release that the version was built with.",
            )


class _Memo(dict[str, str]):
    """Word to term, computed once; empty for words that are not indexed."""

    def __init__(self, language: str) -> None:
        self._stop_words = stop_words(language)
        self._lock = Lock()
        if language == NO_LANGUAGE:
            self._stem = str
        else:
            # No second cache below this one.
            self._stem = Stemmer.Stemmer(language, 0).stemWord

    def __missing__(self, word: str) -> str:
        # A Snowball stemmer keeps the word it works on in a buffer of its own.
        with self._lock:
            term = term_of(word, self._stop_words, self._stem)
            if len(self) >= MEMO_LIMIT:
                self.clear()
            self[word] = term
        return term
