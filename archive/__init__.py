"""A local-first news archive: articles, sources and tagged topics in one database that explains itself.

The way of the data, and where to look:

    file on disk ─ readers ─▶ Document ─ normalize ─▶ Article ─ resolve ─▶ ids ─ db.store ─▶ tables ─ queries ─▶ output

    ingest     the whole way on one screen          prepare    one file into articles, in a worker process
    documents  what is handed from stage to stage   queries    one function per question
    cli        commands: parse, call, print         db         tables, schema, writes, search
    decide     what people say of articles          reparse    originals read again by today's rules
    repair     what can be derived, derived anew    workers    processes that prepare files
    undoing    an import taken out again            forget     articles wiped for good, on record
    exports    articles as other programs read them corpora    sets of articles frozen to be cited
    query_language  what people type, as a tree     saved_queries   queries kept under a name
    vocabularies    files of topics, read, written  finding   what there is to be read at a path
    copying    an archive into another place

What the command line does can be done from Python:

    from pathlib import Path
    import archive
    archive.import_paths(Path("archive.db"), ["clippings/"])
"""

from typing import Any

from archive.version import __version__

__all__ = ["ImportOptions", "ImportSummary", "__version__", "import_paths"]


def __getattr__(name: str) -> Any:
    # late, since importing the archive must not cost what importing SQLAlchemy costs
    if name in ("ImportOptions", "ImportSummary", "import_paths"):
        from archive import ingest

        return getattr(ingest, name)
    raise AttributeError(f"module 'archive' has no attribute {name!r}")
