"""Page, edition and rights of an article are kept, where an input states them.

A downgrade takes them off the articles, but not the record of where they came from, so that coming back restores them.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_page_edition_rights"
down_revision = "20261122_periods_of_names"
branch_labels = None
depends_on = None

COLUMNS = ("page", "edition", "rights")
CHANGES = {"columns_added": {"articles": COLUMNS}}


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("articles", sa.Column(name, sa.Text()))
        op.execute(
            f"UPDATE articles SET {name} = (SELECT v.text FROM article_values v "
            f"WHERE v.article_id = articles.id AND v.field = '{name}') "
            f"WHERE id IN (SELECT article_id FROM article_values WHERE field = '{name}')"
        )


def invariant(connection: sa.Connection) -> str | None:
    """An article has a page, edition or rights exactly where it is on record what gave them."""
    for name in COLUMNS:
        wrong = connection.scalar(
            sa.text(
                f"SELECT count(*) FROM articles a "
                f"LEFT JOIN article_values v ON v.article_id = a.id AND v.field = '{name}' "
                f"WHERE coalesce(a.{name}, '') <> coalesce(v.text, '')"
            )
        )
        if wrong:
            return f"{wrong} articles have a {name} that is not on record"
    return None


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("articles", name)
