"""A name or domain can lead to one source for a time and to another later; a source's own name is told from aliases.

A downgrade forgets periods; it is refused while a name or domain leads to several sources.
"""

import sqlalchemy as sa
from alembic import op

from archive.db.rebuild import rebuild_table

revision = "20261122_periods_of_names"
down_revision = "20261122_decisions"
branch_labels = None
depends_on = None

PERIOD = ("valid_from", "valid_until")
CHANGES = {"columns_added": {"source_names": ("kind", *PERIOD), "source_domains": PERIOD}}

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LABEL = "CASE WHEN name = (SELECT s.name FROM sources s WHERE s.id = source_id) THEN 'label' ELSE 'alias' END"


def names(*, periods: bool) -> sa.Table:
    """Return the table of names, after or before this migration."""
    return sa.Table(
        "source_names",
        known := sa.MetaData(),
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        *([sa.Column("kind", sa.Text(), nullable=False), *period()] if periods else []),
        sa.ForeignKeyConstraint(["source_id"], [sources(known).c.id], name="fk_source_names_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_source_names"),
        sa.UniqueConstraint("name_key", "source_id", name="uq_source_names_name_key_source_id")
        if periods
        else sa.UniqueConstraint("name_key", name="uq_source_names_name_key"),
        sa.Index("ix_source_names_source_id", "source_id"),
    )


def domains(*, periods: bool) -> sa.Table:
    """Return the table of domains, after or before this migration."""
    return sa.Table(
        "source_domains",
        known := sa.MetaData(),
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        *(period() if periods else []),
        sa.ForeignKeyConstraint(["source_id"], [sources(known).c.id], name="fk_source_domains_source_id_sources"),
        sa.PrimaryKeyConstraint("id", name="pk_source_domains"),
        sa.UniqueConstraint("domain", "source_id", name="uq_source_domains_domain_source_id")
        if periods
        else sa.UniqueConstraint("domain", name="uq_source_domains_domain"),
        sa.Index("ix_source_domains_source_id", "source_id"),
    )


def period() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in PERIOD]


def sources(known: sa.MetaData) -> sa.Table:
    return sa.Table("sources", known, sa.Column("id", ID, primary_key=True))


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        rebuild_table(connection, names(periods=True), {"kind": LABEL, "valid_from": "NULL", "valid_until": "NULL"})
        rebuild_table(connection, domains(periods=True), {"valid_from": "NULL", "valid_until": "NULL"})
        return
    op.add_column("source_names", sa.Column("kind", sa.Text()))
    op.execute(f"UPDATE source_names SET kind = {LABEL}")
    op.alter_column("source_names", "kind", nullable=False)
    for table, column in (("source_names", "name_key"), ("source_domains", "domain")):
        for name in PERIOD:
            op.add_column(table, sa.Column(name, sa.Text()))
        op.drop_constraint(f"uq_{table}_{column}", table)
        op.create_unique_constraint(f"uq_{table}_{column}_source_id", table, [column, "source_id"])


def invariant(connection: sa.Connection) -> str | None:
    """The name that a source is shown by leads to it, as its label."""
    lost = connection.scalar(
        sa.text(
            "SELECT count(*) FROM source_names n JOIN sources s ON s.id = n.source_id "
            "WHERE (n.name = s.name) <> (n.kind = 'label')"
        )
    )
    return f"{lost} names are not told apart from aliases" if lost else None


def downgrade() -> None:
    connection = op.get_bind()
    for table, column in (("source_names", "name_key"), ("source_domains", "domain")):
        several = connection.scalar(
            sa.text(f"SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {column} HAVING count(*) > 1) AS several")
        )
        if several:
            raise NotImplementedError(
                f"{several} rows of {table} lead to several sources; the older schema cannot hold that"
            )
    if connection.dialect.name == "sqlite":
        rebuild_table(connection, names(periods=False))
        rebuild_table(connection, domains(periods=False))
        return
    for table, column in (("source_names", "name_key"), ("source_domains", "domain")):
        op.drop_constraint(f"uq_{table}_{column}_source_id", table)
        op.create_unique_constraint(f"uq_{table}_{column}", table, [column])
        for name in PERIOD:
            op.drop_column(table, name)
    op.drop_column("source_names", "kind")
