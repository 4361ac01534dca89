"""Versions and releases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "versions",
        sa.Column("version", sa.String(64), primary_key=True),
        sa.Column("corpus", sa.Text, nullable=False),
        sa.Column("created", sa.String(30), nullable=False),
        sa.Column("documents", sa.BigInteger, nullable=False),
        sa.Column("chunks", sa.BigInteger, nullable=False),
        sa.Column("provenance", sa.JSON, nullable=False),
    )
    op.create_index("ix_versions_corpus", "versions", ["corpus"])
    op.create_table(
        "releases",
        sa.Column("corpus", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.String(64), sa.ForeignKey("versions.version"), nullable=False),
        sa.Column("moved", sa.String(30), nullable=False),
    )
