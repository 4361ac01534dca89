"""Tables of the catalog. The migrations are what creates them; a test holds both together."""

import sqlalchemy as sa

metadata = sa.MetaData()

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("corpus", sa.Text, nullable=False, index=True),
    sa.Column("created", sa.String(30), nullable=False),
    sa.Column("documents", sa.BigInteger, nullable=False),
    sa.Column("chunks", sa.BigInteger, nullable=False),
    sa.Column("provenance", sa.JSON, nullable=False),
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("corpus", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.String(64), sa.ForeignKey("versions.version"), nullable=False),
    sa.Column("moved", sa.String(30), nullable=False),
)
