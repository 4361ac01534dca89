"""tantivy, over the same index terms."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import tantivy

_TOKENIZER: Final = "spaces"
# Enough for one segment, the fastest to search.
_HEAP: Final = 1_500_000_000


class Tantivy:
    """A tantivy index with one field; terms are joined by spaces and cut there again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("body", stored=False, tokenizer_name=_TOKENIZER, index_option="freq")
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema, path=str(folder))
        spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer(_TOKENIZER, spaces)

    def build(self, chunks: Iterable[Sequence[str]]) -> None:
        writer = self._index.writer(_HEAP, 1)
        for terms in chunks:
            writer.add_document(tantivy.Document(body=" ".join(terms)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def query(self, terms: Sequence[str]) -> Any:
        """A query made beforehand, so that only the search is timed."""
        return tantivy.Query.boolean_query(
            [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.term_query(self._schema, "body", term, index_option="freq"),
                )
                for term in dict.fromkeys(terms)
            ]
        )

    def top(self, query: Any, depth: int) -> Any:
        """(score, address) of the best `depth`, by one thread."""
        return self._searcher.search(query, depth, count=False).hits
