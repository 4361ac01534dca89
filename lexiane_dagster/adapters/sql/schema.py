"""Tables of the catalog. The migrations are what creates them; a test holds both together."""

import sqlalchemy as sa

metadata = sa.MetaData()


class Octets(sa.TypeDecorator[bytes]):
    """Bytes, whatever somebody else wrote there: SQLite keeps a text or a number in any column, and
    that must be found to be the wrong bytes, not crash who reads it."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_result_value(self, value: object, dialect: sa.Dialect) -> bytes | None:
        if value is None or isinstance(value, bytes):
            return value
        return str(value).encode("utf-8", "surrogateescape")


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

# The leaves. What `data` says is the truth; the columns beside it repeat it for searching.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("leaf", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("type", sa.String(16), nullable=False),
    sa.Column("corpus", sa.Text),
    sa.Column("version", sa.Text),
    sa.Column("data", Octets, nullable=False),
    sa.Index("ix_ledger_type_version", "type", "version"),
)

# Hashes of complete subtrees: level 0 are the leaf hashes.
nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", Octets(32), nullable=False),
)

# What the leaves commit to. The only rows that are ever removed, by an erasure.
fields = sa.Table(
    "fields",
    metadata,
    sa.Column("leaf", sa.BigInteger, sa.ForeignKey("ledger.leaf"), primary_key=True),
    sa.Column("path", sa.Text, primary_key=True, index=True),
    sa.Column("opening", Octets(32), nullable=False),
    sa.Column("value", Octets, nullable=False),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("note", sa.Text, nullable=False),
)

# Keys that were ever valid, each from the leaf that introduced it.
keys = sa.Table(
    "keys",
    metadata,
    sa.Column("leaf", sa.BigInteger, sa.ForeignKey("ledger.leaf"), primary_key=True),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("public_key", Octets(32), nullable=False),
)
