"""What people type to name articles: Lucene's syntax, as media databases know it; docs/queries.md tells it.

    tree      what a query means            mistakes   what cannot be meant, with a caret under it
    pieces    what is typed, cut up         days       `2023-02..`, `-3w`: which days
    parse     pieces into a tree            hits       where words of a query stand in a text

Nothing here knows a database: `queries.selection` makes SQL of a tree.
"""
