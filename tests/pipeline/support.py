"""Projects for the pipeline tests: the command line in processes of its own, on a real Dagster."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.version import full_name
from tests.pipeline import child
from tests.pipeline.child import Question
from tests.pipeline.processes import Outcome, Running, in_a_new_interpreter

CORPUS = "papers"
HASH: dict[str, Any] = {"type": "hash"}
MODEL: dict[str, Any] = {"type": "sentence_transformers"}

_NUMBER = count()
_OWN = ("DAGSTER_HOME", "LEXIANE_")


@dataclass
class Project:
    """A project with one corpus, `papers`, read from the folder `docs`."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, root: Path, documents: Mapping[str, bytes], **attributes: Any) -> "Project":
        """A new project; documents are created in the order of the mapping."""
        project = cls(root)
        for name, content in documents.items():
            project.write(name, content)
        project.run("add", CORPUS, str(project.docs), "--project", str(root))
        project.declare(**attributes)
        return project

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    @property
    def home(self) -> Path:
        return self.root / ".lexiane"

    @property
    def folder(self) -> Path:
        """The folder that declares the corpus."""
        return self.root / "assets" / CORPUS

    def declare(self, **attributes: Any) -> None:
        """Write defs.yaml anew with these attributes beside the source."""
        given = {"source": {"type": "folder", "path": "docs"}, **attributes}
        declared = {"type": "lexiane_dagster.CorpusIndex", "attributes": given}
        (self.folder / "defs.yaml").write_text(yaml.safe_dump(declared), "utf-8")

    def profile(self, **settings: Any) -> None:
        file = self.root / "resources" / "local.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(settings), "utf-8")

    def write(self, name: str, content: bytes | str) -> Path:
        file = self.docs / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def start(self, *arguments: str) -> Running:
        return Running(child.command, (arguments, self.root, self._environment()), self._output())

    def run(self, *arguments: str) -> Outcome:
        return self.start(*arguments).wait()

    def fresh(self, *arguments: str, **environment: str) -> Outcome:
        """The same in a new interpreter, where variables that are read at its start count."""
        return in_a_new_interpreter(arguments, self.root, self._environment() | environment)

    def build(self) -> dict[str, Any]:
        built: dict[str, Any] = self.run("build", CORPUS, "--json").json
        return built

    def refused(self) -> dict[str, Any]:
        """The problem that a build must end with."""
        return self.run("build", CORPUS, "--json").problem

    def ask(self, question: str, *options: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.run("ask", CORPUS, question, "--json", *options).json
        return answer

    def says(self, question: str, *options: str) -> dict[str, Any]:
        """An answer without its number and its time: what the same version always says."""
        answer = self.ask(question, *options)
        return {key: value for key, value in answer.items() if key not in ("answer_id", "at")}

    def versions(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.run("versions", CORPUS, "--json").json
        return listed

    def manifest(self, version: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.run("show", version, "--json").json
        return shown

    def rankings(self, questions: Sequence[Question], version: str | None = None) -> Any:
        given = (CORPUS, version, questions, self.root, self._environment())
        return Running(child.rankings, given, self._output()).wait().json

    def data_versions(self) -> Any:
        given = (CORPUS, self.root, self._environment())
        return Running(child.data_versions, given, self._output()).wait().json

    def embedded_after_each(self, edits: Sequence[tuple[str, str]]) -> list[int]:
        given = (CORPUS, edits, self.root, self._environment())
        counts: list[int] = Running(child.embedded_after_each, given, self._output()).wait().json
        return counts

    def released(self) -> str:
        """The full name of the version that production points at."""
        digest = application(self.root).backends.catalog.release(CORPUS, "production")
        assert digest is not None
        return full_name(CORPUS, digest)

    def indexed_texts(self, version: str) -> list[str]:
        """What was embedded and analysed of each chunk of a version."""
        backends = application(self.root).backends
        root = load_manifest(backends.objects, version.partition("@")[2]).chunks
        return [chunk.indexed_text for chunk in backends.tables.chunks(root)]

    def copy(self, root: Path) -> "Project":
        """The same project elsewhere, with its store and Dagster's state."""
        shutil.copytree(self.root, root, symlinks=True)
        return Project(root, dict(self.environment))

    def _output(self) -> Path:
        folder = self.root.with_name(f"{self.root.name}.outputs")
        folder.mkdir(parents=True, exist_ok=True)
        return folder / str(next(_NUMBER))

    def _environment(self) -> dict[str, str]:
        self.root.mkdir(parents=True, exist_ok=True)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(_OWN)}
        return inherited | self.environment


def work_of(built: Mapping[str, Any]) -> tuple[int, int, int]:
    """Documents extracted, documents cut and texts embedded by a build."""
    return built["extracted"], built["cut"], built["embedded"]
