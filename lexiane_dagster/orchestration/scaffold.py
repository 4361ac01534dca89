"""`dg scaffold defs lexiane_dagster.CorpusIndex NAME`."""

import dagster as dg
from dagster.components.component_scaffolding import scaffold_component
from pydantic import BaseModel, Field


class CorpusIndexParams(BaseModel):
    """Options of the scaffold command."""

    path: str = Field(default="documents", description="Folder or .jsonl file of documents.")
    language: str = Field(default="english", description="Language of the documents.")


class CorpusIndexScaffolder(dg.Scaffolder[CorpusIndexParams]):
    """Writes a `defs.yaml` that can be built as soon as the documents are there."""

    @classmethod
    def get_scaffold_params(cls) -> type[CorpusIndexParams]:
        return CorpusIndexParams

    def scaffold(self, request: dg.ScaffoldRequest[CorpusIndexParams]) -> None:
        kind = "jsonl" if request.params.path.endswith(".jsonl") else "folder"
        scaffold_component(
            request,
            {
                "source": {"type": kind, "path": request.params.path},
                "language": request.params.language,
            },
        )
