"""A model's files: where they are, and what of them an identity is made of. Imports no torch."""

import hashlib
import json
import re
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from lexiane_dagster.domain.errors import UnavailableError
from lexiane_dagster.domain.version import EmbedderIdentity

_HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_WEIGHTS = (".safetensors", ".bin")
_OTHERS = (".json", ".txt", ".model")


def resolve_model(model: str | Path) -> Path:
    """The folder of a sentence-transformers model.

    `model` is a folder, the name of an installed package that brings one, or a name on the Hugging
    Face hub; the hub is asked only for what its cache does not hold, and never when it is offline.

    Raises:
        UnavailableError: there is no such model.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _checked(folder, str(model))
    name = str(model)
    if packaged := _packaged(name):
        return _checked(packaged, name)
    if isinstance(model, Path) or not _HUB_NAME.fullmatch(name) or name.startswith("."):
        raise UnavailableError(
            f"there is no model folder {name}", remedy="mend the path under `embedder.model`"
        )
    return _checked(_from_hub(name), name)


def _packaged(name: str) -> Path | None:
    """The model folder inside the installed distribution `name`."""
    try:
        files = distribution(name).files or []
    except (PackageNotFoundError, ValueError):
        return None
    found = [Path(str(file.locate())) for file in files if file.name == "modules.json"]
    return found[0].parent if found else None


def _from_hub(name: str) -> Path:
    """From the hub's cache, else from the hub."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    patterns = [f"*{suffix}" for suffix in (*_WEIGHTS, *_OTHERS)]
    failure: Exception | None = None
    for cached in (True, False):
        try:
            folder = snapshot_download(
                name,
                allow_patterns=patterns,
                ignore_patterns=["onnx/*", "openvino/*"],
                local_files_only=cached,
            )
        except (OSError, ValueError, HfHubHTTPError) as error:
            failure = error
        else:
            if not cached or (Path(folder) / "modules.json").is_file():
                return Path(folder)
    raise UnavailableError(
        f"the model {name!r} is neither a folder, nor an installed package, nor to be had from the "
        f"Hugging Face hub ({type(failure).__name__})",
        remedy="name a folder, install the package, or allow access to the hub once",
    ) from failure


def _checked(folder: Path, name: str) -> Path:
    if not (folder / "modules.json").is_file():
        raise UnavailableError(
            f"{name!r} is no sentence-transformers model: {folder} has no modules.json",
            remedy="name a folder that SentenceTransformer.save wrote",
        )
    return folder


class ModelFiles:
    """The weight, tokenizer and configuration files of the model in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def tokenizer(self) -> Path:
        """The tokenizer.json of the model's first module."""
        return self._folders[0] / "tokenizer.json"

    @property
    def length(self) -> int:
        """The longest input in tokens, special ones included."""
        first = self._folders[0]
        if length := settings_in(first / "sentence_bert_config.json").get("max_seq_length"):
            return int(length)
        known = (
            settings_in(first / "config.json").get("max_position_embeddings"),
            settings_in(first / "tokenizer_config.json").get("model_max_length"),
        )
        return min((int(length) for length in known if length), default=512)

    @property
    def dimension(self) -> int:
        """Columns of an embedding: what the last module that says so puts out."""
        keys = ("out_features", "embedding_dimension", "word_embedding_dimension", "hidden_size")
        for folder in reversed(self._folders):
            config = settings_in(folder / "config.json")
            if known := [config[key] for key in keys if key in config]:
                return int(known[0])
        raise UnavailableError(
            f"the model in {self.folder} does not say its dimension",
            remedy="name a folder that SentenceTransformer.save wrote",
        )

    def identity(self, passage_prompt: str, question_prompt: str) -> EmbedderIdentity:
        """docs/formats/embedding-v1.md."""
        return EmbedderIdentity(
            files={path: self._digest(path) for path in self._bound()},
            dimension=self.dimension,
            capacity=self.length,
            passage_prompt=passage_prompt,
            question_prompt=question_prompt,
        )

    def _bound(self) -> list[str]:
        """Paths relative to the folder: the top level and the folders of the modules."""
        folders = {self.folder, *self._folders}
        files = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
        safe = any(file.suffix == ".safetensors" for file in files)
        suffixes = (*_OTHERS, ".safetensors" if safe else ".bin")
        kept = (file for file in files if file.is_file() and file.suffix in suffixes)
        return sorted(file.relative_to(self.folder).as_posix() for file in kept)

    def _digest(self, path: str) -> str:
        with (self.folder / path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def modules(self) -> list[dict[str, str]]:
        """The model's modules in order, as modules.json lists them (`type`, `path`)."""
        listed: list[dict[str, str]] = json.loads((self.folder / "modules.json").read_text("utf-8"))
        return listed

    @property
    def _folders(self) -> list[Path]:
        return [self.folder / module["path"] for module in self.modules]


def settings_in(file: Path) -> dict[str, Any]:
    """An object of settings; empty where the file is missing."""
    value = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return value if isinstance(value, dict) else {}
