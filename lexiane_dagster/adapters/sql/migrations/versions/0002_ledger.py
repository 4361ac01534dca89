"""The ledger: leaves, tree, fields, checkpoints, keys."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("leaf", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("corpus", sa.Text),
        sa.Column("version", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_ledger_type_version", "ledger", ["type", "version"])
    op.create_table(
        "nodes",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )
    op.create_table(
        "fields",
        sa.Column("leaf", sa.BigInteger, sa.ForeignKey("ledger.leaf"), primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("opening", sa.LargeBinary(32), nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_fields_path", "fields", ["path"])
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("leaf", sa.BigInteger, sa.ForeignKey("ledger.leaf"), primary_key=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
    )
