"""How an archive is opened in other programs: a chapter of docs/sql.md, whose Python and DuckDB are run by tests."""

ON_A_SERVER = r"""
## On a server

On PostgreSQL the views and tables have the same names, columns and meaning, and most statements are the same.
`archive sql` asks there, too:

```sh
archive --db postgresql://ada@db.example.org/news sql "SELECT source, count(*) FROM documents GROUP BY source"
```

What is written otherwise:

| in a file | on a server |
| --- | --- |
| `article_fts MATCH '"trade"'` | `article_search.vector @@ 'trade'` |
| `instr(text, 'x')` | `strpos(text, 'x')` |
| `char(10)` | `chr(10)` |
| `group_concat(name, '; ')` | `string_agg(name, '; ')` |
| `a IS NOT b` | `a IS DISTINCT FROM b`, which a file takes, too |
| `word GLOB '*[0-9]*'` | `word ~ '[0-9]'` |
| `datetime(published_from)` | `published_from::timestamp` |
| `WHERE wiped = 1` | `WHERE wiped`, which a file takes, too |
| `PRAGMA table_info(articles)` | `SELECT column_name FROM information_schema.columns WHERE table_name = 'articles'` |
| `EXPLAIN QUERY PLAN` | `EXPLAIN` |

NULL sorts last there and first in a file: say `NULLS FIRST`, or order by `x IS NULL, x`. What of an embargo or the like
is not shown by commands is left out so:

```sql
SELECT doc_id FROM documents
 WHERE hidden_until IS NULL OR hidden_until <= to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
```

`article_search` has a row for each article: `headline` and `body` are its words in small letters without accents, one
space before and after each, and `vector` finds them by an index, headlines with weight A. Texts whose vector would
be larger than the server takes have NULL there, and are found with `body ~ ' trade '`.

```sql
SELECT d.doc_id, d.headline, ts_headline('simple', d.text, 'sanctions & trade', 'StartSel=[, StopSel=]') AS passage
  FROM article_search s
  JOIN articles a ON a.id = s.article_id
  JOIN documents d ON d.doc_id = a.key
 WHERE s.vector @@ 'sanctions & trade'
 ORDER BY ts_rank(s.vector, 'sanctions & trade') DESC
```

Values come as from a file: BOOLEAN as 0 or 1, NUMERIC as a number. Arrays and JSON are lists and objects in `-f json`,
and `bytea` is hexadecimal; times of the server's own, ranges and the like are the text that it writes.

### What archive sql keeps from a server

A statement runs there as one SELECT (also WITH, VALUES, TABLE or EXPLAIN), alone, in a READ ONLY transaction that is
never committed. That would not be enough: functions can move sequences, read and write files of the server's, end
other people's sessions, or take settings back. So none may be named, not even in a string, that PostgreSQL says is
VOLATILE, but for some that are harmless, such as `random()` and `pg_sleep()`; and no function or operator that somebody
made in the database, if it is no part of an extension. What is meant as a text is given as `:name`. A role that may
become `pg_read_all_data`, as each superuser, is that while the statement runs. The server ends what takes longer than
`--time-limit`, or when `archive` is gone; a server that does not answer is left.

What is left possible: views, casts, types and row policies that somebody built into the database do what was built into
them. The memory and the room on the disk that a statement takes are those that the server allows (`work_mem`,
`temp_file_limit`), and a value may be as large as the server's are. While a statement runs, `archive db upgrade` waits.

Where others are let in, a role that can do nothing else is the best guard, whatever program they use:

```sql
CREATE ROLE reader LOGIN PASSWORD '…' CONNECTION LIMIT 10;
GRANT CONNECT ON DATABASE news TO reader;
GRANT USAGE ON SCHEMA public TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader;
ALTER ROLE reader SET default_transaction_read_only = on;
ALTER ROLE reader SET statement_timeout = '60s';
```

`ALTER DEFAULT PRIVILEGES` is said by the role that imports and upgrades: then tables that come later can be read, too.
"""

OTHER_PROGRAMS = """\
## In other programs

An archive is a file that other programs open too. Open it for reading only. Where one asks for a table of texts with
their metadata, give it `documents`: `doc_id` and `text` are the names that text packages expect.

### pandas

```python
import sqlite3
from contextlib import closing

import pandas as pd

with closing(sqlite3.connect("file:archive.db?mode=ro", uri=True)) as connection:
    documents = pd.read_sql(
        "SELECT doc_id, source, published, published_precision, published_on, words, text FROM documents",
        connection,
        index_col="doc_id",
        parse_dates={"published_on": "%Y-%m-%d"},
    )
    passages = pd.read_sql("SELECT * FROM tag_overview", connection, dtype={"start": "Int64", "end": "Int64"})

by_day = documents.groupby("published_on").size()  # leaves out what is not known to the day
```

`published_on` becomes a date, and NaT where less than a day is known. Leave `published` a text: parsed, `2023-02` would
be the first of February. Whole numbers with NULL among them become floating-point unless `dtype` says `Int64`.

With SQLAlchemy, which also takes values for `:NAME`:

```python
import pandas as pd
import sqlalchemy as sa

engine = sa.create_engine("sqlite:///file:archive.db?mode=ro&uri=true")
with engine.connect() as connection:
    months = pd.read_sql(
        sa.text("SELECT month, sum(articles) AS articles FROM monthly_counts WHERE year = :year GROUP BY month"),
        connection,
        params={"year": "2023"},
    )
engine.dispose()
```

### DuckDB

```sql
INSTALL sqlite;
LOAD sqlite;
ATTACH 'archive.db' AS news (TYPE sqlite, READ_ONLY);

SELECT month, sum(articles) AS articles
  FROM news.monthly_counts
 WHERE month IS NOT NULL
 GROUP BY month
 ORDER BY month;

SELECT d.source, c.author, count(*) AS articles, median(d.words) AS median_of_words
  FROM news.documents d
  JOIN news.document_authors c ON c.doc_id = d.doc_id
 GROUP BY ALL
 ORDER BY ALL;
```

`INSTALL` needs the network, once. Without one, `pip install duckdb-extension-sqlite-scanner` of the version of DuckDB
itself brings the extension in a wheel, from wherever you take wheels; `LOAD` then takes the path of its
`sqlite_scanner.duckdb_extension`. DuckDB reads the statement of a view as its own, so that a view can be computed with
all processors; the views of an archive give the same there, with types. Times are text there too: cast
`published_on` to DATE. The search index is SQLite's, and is asked through it:

```sql
SELECT *
  FROM sqlite_query(news, 'SELECT a.key AS doc_id FROM article_fts JOIN articles a ON a.id = article_fts.rowid
                            WHERE article_fts MATCH ''"sanctions" AND "trade"'' ORDER BY article_fts.rank');
```

Without the extension, DuckDB asks a frame of pandas:

```python
import sqlite3
from contextlib import closing

import duckdb
import pandas as pd

with closing(sqlite3.connect("file:archive.db?mode=ro", uri=True)) as connection:
    documents = pd.read_sql("SELECT doc_id, source, words FROM documents", connection)
longest = duckdb.sql("SELECT source, max(words) AS words FROM documents GROUP BY source ORDER BY source").df()
```

### R

No test runs this: it is written by the manuals of RSQLite, quanteda and tidytext.

```r
library(DBI)
archive <- dbConnect(RSQLite::SQLite(), "archive.db", flags = RSQLite::SQLITE_RO)
documents <- dbGetQuery(archive, "SELECT doc_id, source, published_on, language, text FROM documents")
dbDisconnect(archive)
documents$published_on <- as.Date(documents$published_on)

corpus <- quanteda::corpus(documents, docid_field = "doc_id", text_field = "text")
words <- tidytext::unnest_tokens(documents, word, text)
```

### Datasette

```sh
datasette --immutable archive.db --metadata metadata.json --setting sql_time_limit_ms 5000
```

`--immutable` is for a file that nobody imports into meanwhile; it makes counting quick, and locks nothing. Tables and
views then have pages, filters and JSON. For a search box on the page of articles, `metadata.json` says which index it
asks:

```json
{
  "databases": {
    "archive": {"tables": {"articles": {"fts_table": "article_fts", "fts_pk": "id", "label_column": "key"}}}
  }
}
```

Tried by hand with Datasette 0.65.5.
"""
