"""docs/sql.md: every view, table and column in words, a diagram, and questions with their answers.

Made from the models, the views and docs/questions, so that it says what is there: `python -m archive.db.describe`.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite

from archive.db.opening import ON_A_SERVER, OTHER_PROGRAMS
from archive.db.tables import metadata
from archive.db.views import VIEWS, View

ON_SERVER = ".postgresql.sql"
QUESTIONS = Path(__file__).parents[2] / "docs" / "questions"

GROUPS = (
    ("Sources", "Who published it.", ("sources", "source_names", "source_domains", "agency_names")),
    (
        "Topics",
        "What it is about, and why the archive says so.",
        (
            *("schemes", "topics", "topic_names", "topic_definitions", "topic_mappings", "topic_rules"),
            *("article_topics", "rejected_topics", "tag_evidence", "models", "suggestions", "suggestion_words"),
        ),
    ),
    (
        "Articles",
        "The pieces, the states of their text, and what is known about them.",
        (
            "articles",
            "article_revisions",
            "body_blocks",
            "set_aside",
            "article_links",
            "article_dates",
            "article_values",
            "other_values",
            "article_identifiers",
            "authors",
            "article_authors",
            "article_credits",
        ),
    ),
    ("Imports", "Where everything came from.", ("imports", "import_items", "containers", "originals")),
    (
        "Decisions",
        "What people said, and the archive itself.",
        ("decisions", "earlier_states", "tombstones", "forgotten_hashes", "about"),
    ),
    ("Questions", "What people keep of what they ask.", ("saved_queries", "corpora", "corpus_revisions")),
)

# What to find, what stands behind MATCH for it, and what stands behind WHERE on a server.
SEARCHES = (
    ("a word", '"sanctions"', "vector @@ 'sanctions'"),
    ("words one after the other", '"state visit"', "vector @@ 'state <-> visit'"),
    ("all of these words", '"museums" AND "libraries"', "vector @@ 'museums & libraries'"),
    ("one of these words", '"museums" OR "university"', "vector @@ 'museums | university'"),
    ("one word and not the other", '"trade" NOT "sanctions"', "vector @@ 'trade & !sanctions'"),
    ("the beginning of a word", '"universit" *', "vector @@ 'universit:*'"),
    (
        "words at most 10 words apart",
        'NEAR("trade" "percent", 10)',
        "body ~ ' (trade ([^ ]+ ){0,10}percent|percent ([^ ]+ ){0,10}trade) '",
    ),
    ("a word in the headline", 'headline : "trade"', "vector @@ 'trade:A'"),
    ("a word with a mark in it", '"e-commerce"', "vector @@ 'e <-> commerce'"),
    ("a Chinese word", '"北 京"', "vector @@ '北 <-> 京'"),
)

INTRODUCTION = """\
<!-- Made by `make docs` from archive/db/tables, archive/db/views and docs/questions: change those, not this. -->

# The archive in SQL

An archive is one SQLite file, or a database [on a server](#on-a-server). What the commands tell can be asked of it in
SQL too, and much more: the views and tables below are meant to be used.

[Good to know](#good-to-know) · [What is promised](#what-is-promised) · [Views](#views) · [Search](#search) ·
[On a server](#on-a-server) ·
Tables: [sources](#tables-sources), [topics](#tables-topics), [articles](#tables-articles),
[imports](#tables-imports), [decisions](#tables-decisions) · [Diagram](#diagram) ·
[In other programs](#in-other-programs){questions}

```sh
archive sql "SELECT source, count(*) FROM documents GROUP BY source"
archive --db news.db sql - -f csv < question.sql > answer.csv
sqlite3 -readonly archive.db
datasette archive.db
```

`archive sql` only reads, and ends what takes too long (`--time-limit`); `-p NAME=VALUE` gives a value for `:NAME`.
Any program that opens SQLite files (3.40 or later) will do. Reading is safe while an import runs: you see everything up
to the last batch that was written whole. Leave writing to `archive`: what is changed past it is missing from the search
index. To try something out, work on a copy; `archive db backup COPY` makes one.

To begin with, this is all it takes:

```sql
SELECT doc_id, source, published, headline FROM documents ORDER BY published_on DESC LIMIT 10
```

## Good to know

- **NULL** is what is not known. Nothing is guessed: no headline is made up, and a month is never its first day.
- **The text** of an article is the row of `article_revisions` at `articles.revision_id`; other rows with its
  `article_id` are earlier states of it. The view `documents` has the current one.
- **Cite** `articles.key` (`doc_id` in the views). An `id` only joins tables.
- **Times** are ISO 8601 text, and compare as text. `published` is as exact as what is known. For a span of time,
  compare `published_from` and `published_until` with full moments; this is February 2023, in the time of each place:

  ```sql
  SELECT key FROM articles
   WHERE published_from >= '2023-02-01T00:00:00' AND published_until <= '2023-03-01T00:00:00'
  ```

- **Offsets** (`start`, `"end"`) count code points from 0, and `"end"` is the first one after. `end` is a word of SQL,
  hence the quotes:

  ```sql
  SELECT substr(r.body, b.start + 1, b."end" - b.start) AS heading
    FROM body_blocks b
    JOIN article_revisions r ON r.id = b.revision_id
   WHERE b.kind = 'heading'
  ```

- **Counting**: the same text from several outlets is several articles with one `article_revisions.fingerprint`;
  `count(DISTINCT fingerprint)` counts texts, of `documents` too.
- **What is not to be published** is there, too: withheld, canceled or under embargo. Commands leave it out; views do
  not, nor do those that count. This is what commands show:

  ```sql
  SELECT doc_id FROM documents
   WHERE hidden_until IS NULL OR hidden_until <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
  ```

- **BOOLEAN** is 0 or 1.

## What is promised

Within a major version of the program, every table, column and view described here keeps its name and its meaning:
a question that was answered goes on being answered, and the same way, whatever `archive db upgrade` has done since.

- Later versions **add** tables, columns, views, rows, and values that a column can have. So name the columns that you
  want instead of writing `*`, and let a question that lists kinds or methods pass over those that it does not know.
- What must go is **kept for one major version**: a column as a generated column, a table as a view. CHANGELOG.md says
  what stands in its place.
- A column whose **meaning** would change is left as it is, and the new meaning gets a new name.
- **Not promised** are the order of columns, the value of an `id` (an upgrade keeps it, but another archive has
  others), indexes, what `rank` is as a number, and the tables that FTS5 and Alembic keep for themselves.

`tests/contract` holds this: questions with their answers, put down once and never edited, asked of an archive of every
released schema after its upgrade to the newest.
"""

SEARCH = """\
## Search

`article_fts` is the full-text index (FTS5) of `article_text`: its columns are `headline` and `body`, its `rowid` is
`articles.id`, and `rank` orders the best first.

```sql
SELECT d.doc_id, d.headline, snippet(article_fts, -1, '[', ']', '…', 12) AS passage
  FROM article_fts
  JOIN articles a ON a.id = article_fts.rowid
  JOIN documents d ON d.doc_id = a.key
 WHERE article_fts MATCH '"sanctions" AND "trade"'
 ORDER BY article_fts.rank
```

Put each word in double quotes: then whatever is in it is safe. Case and accents do not matter, words are not stemmed.
Chinese, Japanese, Thai, Lao, Khmer and Burmese are indexed one character a word: write such a word with a space between
its characters, and expect those spaces in what `snippet()` gives. `archive search` sees to all this by itself.
"""

OTHER_TABLES = """\
Besides these the file has the tables in which FTS5 keeps the index (`article_fts_…`), another index, `article_impacts`,
by which `archive search` finds the best articles of a frequent word sooner and which nobody else need ask, and
`alembic_version` with the migration that the schema stands at."""


class Question(NamedTuple):
    """A question in words, commands that answer it or lead there, the statement that does, its answer on the seeds.

    The answer is a header, then rows. Where a server needs other words, `on_server` is the statement there.
    """

    name: str
    words: str
    commands: list[str]
    statement: str
    answer: list[list[str]]
    on_server: str | None


def describe(questions: Path = QUESTIONS) -> str:
    """Return docs/sql.md. Where there are no questions, as in an installed package, their chapter is left out.

    Raises FileNotFoundError for a question without an answer beside it.
    """
    asked = read_questions(questions) if questions.is_dir() else []
    parts = [INTRODUCTION.format(questions=" · [Questions](#questions)" if asked else ""), "## Views\n"]
    parts += [_view(view) for view in VIEWS]
    searches = ((what, f"`'{match}'`", f"`{where}`") for what, match, where in SEARCHES)
    parts += [SEARCH, _table_of(("to find", "MATCH", "WHERE on a server"), searches), ON_A_SERVER]
    for name, doc, tables in GROUPS:
        parts.append(f"## Tables: {name.lower()}\n\n{doc}\n")
        parts += [_table(metadata.tables[table]) for table in tables]
    parts += [OTHER_TABLES + "\n", "## Diagram\n", _diagram(), OTHER_PROGRAMS]
    if asked:
        parts.append(_questions(asked))
    return "\n".join(parts)


def read_questions(folder: Path) -> list[Question]:
    """Return the questions of a folder, by name: `NN-name.sql` begins with the question and, after `$ `, commands.

    `NN-name.postgresql.sql` is the statement for a server, where that needs another one.
    """
    found = []
    for file in sorted(folder.glob("*.sql")):
        if file.name.endswith(ON_SERVER):
            continue
        lines = file.read_text(encoding="utf-8").splitlines()
        length = next((number for number, line in enumerate(lines) if not line.startswith("-- ")), len(lines))
        with file.with_suffix(".csv").open(encoding="utf-8", newline="") as answer:
            rows = list(csv.reader(answer))
        said = [line.removeprefix("-- ") for line in lines[:length]]
        commands = [line.removeprefix("$ ") for line in said if line.startswith("$ ")]
        words = " ".join(line for line in said if not line.startswith("$ "))
        own = file.with_suffix(ON_SERVER)
        on_server = own.read_text(encoding="utf-8").rstrip("\n") if own.exists() else None
        found.append(Question(file.stem, words, commands, "\n".join(lines[length:]), rows, on_server))
    return found


def _view(view: View) -> str:
    columns = _table_of(("column", "meaning"), ((f"`{name}`", doc) for name, doc in view.columns.items()))
    return f"### {view.name}\n\n{view.doc}\n\n{columns}"


def _table(table: Table) -> str:
    unique = sorted(
        [column.name for column in constraint.columns]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    )
    indexed = sorted([column.name for column in index.columns] for index in table.indexes)
    rows = [
        (
            f"`{column.name}`",
            _type(column),
            "yes" if column.nullable else "",
            ", ".join(_keys(column, unique, indexed)),
            str(column.doc),
        )
        for column in table.columns
    ]
    text = f"### {table.name}\n\n{table.info['doc']}\n\n"
    text += _table_of(("column", "type", "NULL", "key", "meaning"), rows)
    for what, groups in (("Unique", unique), ("Indexed", indexed)):
        text += "".join(
            f"\n{what} together: {', '.join(f'`{name}`' for name in names)}.\n" for names in groups if len(names) > 1
        )
    return text


def _keys(column: Column[Any], unique: Sequence[list[str]], indexed: Sequence[list[str]]) -> Iterator[str]:
    if column.primary_key:
        yield "primary key"
    for target in _targets(column):
        yield f"→ [{target}](#{target})"
    if [column.name] in unique:
        yield "unique"
    if [column.name] in indexed:
        yield "indexed"


def _type(column: Column[Any]) -> str:
    return str(column.type.compile(sqlite.dialect()))


def _targets(column: Column[Any]) -> list[str]:
    return sorted(key.column.table.name for key in column.foreign_keys)


def _table_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the cells are Markdown."""
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _diagram() -> str:
    """Return the tables and what points to what, for Mermaid: https://mermaid.js.org/syntax/entityRelationshipDiagram.html."""
    tables = [metadata.tables[name] for _, _, names in GROUPS for name in names]
    lines = []
    for table in tables:
        unique = {
            constraint.columns[0].name
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint) and len(constraint.columns) == 1
        }
        lines.append(f"    {table.name} {{")
        for column in table.columns:
            key = "PK" if column.primary_key else "UK" if column.name in unique else ""
            if key:
                lines.append(f"        {_type(column)} {column.name} {key}")
        lines.append("    }")
    for table in tables:
        for column in table.columns:
            at_most_one = "|o" if column.nullable else "||"
            lines += [f'    {target} {at_most_one}--o{{ {table.name} : "{column.name}"' for target in _targets(column)]
    return "\n".join(
        [
            "A line says which column points where: `||` to exactly one row, `|o` to one or none.",
            "",
            "```mermaid",
            "erDiagram",
            *lines,
            "```",
            "",
        ]
    )


def _questions(questions: Sequence[Question]) -> str:
    parts = [
        "## Questions\n\n"
        "The answers are those of a fresh archive of the collection in `seeds/articles`, of which two people then "
        "decided what `seeds/decisions.jsonl` says; an empty cell is NULL. Commands before a statement answer the "
        "same, or lead to it; where there are none, SQL is the way. A server answers the same; where it needs other "
        "words, its statement stands below the answer, of which the passages around words found may differ there. "
        "Each question is a file:\n\n"
        "```sh\n"
        "archive --db seeds.db import seeds/articles\n"
        "archive --db seeds.db decisions restore seeds/decisions.jsonl\n"
        f"archive --db seeds.db sql - < docs/questions/{questions[0].name}.sql\n"
        "```\n"
    ]
    for number, question in enumerate(questions, 1):
        header, *rows = question.answer
        answer = _table_of(header, ([_plain(cell) for cell in row] for row in rows))
        commands = "\n".join(question.commands)
        parts.append(
            f"### {number}. {question.words}\n\n"
            + (f"```sh\n{commands}\n```\n\n" if commands else "")
            + f"[{question.name}.sql](questions/{question.name}.sql)\n\n"
            f"```sql\n{question.statement}\n```\n\n{answer}"
            + (f"\n[On a server](questions/{question.name}{ON_SERVER}):\n\n" if question.on_server else "")
            + (f"```sql\n{question.on_server}\n```\n" if question.on_server else "")
        )
    return "\n".join(parts)


def _plain(text: str) -> str:
    r"""Return Markdown that shows a text to the letter; what `_table_of` does is left to it.

    >>> _plain("$5 or *more*, see [x_y] _z_")
    '\\$5 or \\*more\\*, see \\[x_y\\] \\_z\\_'
    """
    return re.sub(r"[\\`*<\[\]~$]|&(?=[#\w]+;)|(?<!\w)_|_(?!\w)", r"\\\g<0>", text).replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.buffer.write(describe().encode())
