"""How an archive is opened in other programs: a chapter of docs/sql.md, whose Python and DuckDB are run by tests."""

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
