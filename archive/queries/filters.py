"""What options of the command line say of articles, as queries."""

from datetime import date

from sqlalchemy import Connection

from archive.errors import UsageError
from archive.frozen import Frozen
from archive.queries.selection import Selection, select_articles
from archive.query_language.mistakes import QueryError
from archive.query_language.parse import parse_query
from archive.query_language.tree import And, Fact, Node, Or, Published, Query, Words, leaves


class Filters(Frozen):
    """Articles of a source, on a topic or one below it, published within a span, in a language; all that are given.

    `since` and `until` are dates as exact as one likes (`2023`, `2023-02`, `2023-02-28`), both included.
    """

    source: str | None = None
    topic: str | None = None
    since: str | None = None
    until: str | None = None
    language: str | None = None

    def queries(self) -> list[Query]:
        """Return what each option says; raises UsageError for dates that are none."""
        said = []
        for name in ("source", "topic", "language"):
            value = getattr(self, name)
            if value is not None:
                text = f"--{name} {value}"
                said.append(Query(text, Fact(name, value, (len(name) + 3, len(text)))))
        starts = None if self.since is None else _date("--since", self.since)[0]
        ends = None if self.until is None else _date("--until", self.until)[1]
        if starts is not None and ends is not None and ends <= starts:
            raise UsageError(f"--since {self.since} is later than --until {self.until}; swap them")
        if starts is not None or ends is not None:
            said.append(Query("", Published(starts, ends)))
        return said


class Asked(Frozen):
    """What a person asks for: a query as typed, and what options add to it.

    With `words_only` the query is words and nothing else; with `include_imprecise` articles are meant, too, whose date
    is coarser than a span and can be within it, with `include_hidden` those withheld, canceled or under
    embargo.
    """

    query: str = ""
    filters: Filters = Filters()
    words_only: bool = False
    include_imprecise: bool = False
    include_hidden: bool = False

    @property
    def name(self) -> str:
        """What was asked, in words."""
        said = [f"{name} {value}" for name, value in vars(self.filters).items() if value is not None]
        return ", ".join(filter(None, (" ".join(self.query.split()), *said))) or "all articles"

    @property
    def everything(self) -> bool:
        """Whether nothing at all was asked."""
        return not self.query.strip() and self.filters == Filters()

    def queries(self) -> list[Query]:
        """Return the query and each option as a query; raises QueryError for what cannot be meant."""
        return [parse_query(self.query, date.today(), words_only=self.words_only), *self.filters.queries()]

    def selection(self, connection: Connection) -> Selection:
        """Return the articles that are meant; raises QueryError for what cannot be meant, and for unknown names."""
        return select_articles(
            connection,
            self.queries(),
            include_imprecise=self.include_imprecise,
            include_hidden=self.include_hidden,
        )

    def in_words(self, today: date) -> str:
        """Return the query and what options add to it as the text of one query, which means the same.

        Raises QueryError for what cannot be meant, UsageError for what one query cannot say.
        """
        first, *others = self.queries()
        text = " ".join(self.query.split())
        if self.words_only:
            text = " ".join(f'"{" ".join(leaf.words)}"' for leaf, _ in leaves(first.tree) if isinstance(leaf, Words))
        elif isinstance(first.tree, Or) and others:
            text = f"({text})"
        filters = self.filters
        said = [
            f'{name}:"{value}"'
            for name in ("source", "topic", "language")
            if (value := getattr(filters, name)) is not None
        ]
        if filters.since is not None or filters.until is not None:
            said.append(f'date:"{filters.since or ""}..{filters.until or ""}"')
        text = " ".join([text, *said]).strip()
        wanted = dict.fromkeys(part for query in (first, *others) for part in _parts(query.tree))
        try:
            is_same = list(wanted) == list(_parts(parse_query(text, today).tree))
        except QueryError:
            is_same = False
        if not is_same:
            raise UsageError("what options say here has no place in a query; write all of it as one query")
        return text


NOTHING_ASKED = Asked()


def _parts(tree: Node | None) -> tuple[Node, ...]:
    """Return what must all be so."""
    if tree is None:
        return ()
    return tree.parts if isinstance(tree, And) else (tree,)


def _date(option: str, text: str) -> tuple[str, str]:
    from archive.normalize.dates import parse_published  # late: reading dates is dear to load

    try:
        time = parse_published(text)
    except ValueError as error:
        raise UsageError(f"{option} {text}: {error}") from error
    return time.starts, time.ends
