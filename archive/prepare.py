"""One file into articles: read, decode, lay out, match. Needs no archive, and so runs in worker processes."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import zstandard

from archive.documents import Article, Document, Failure, Given, Original, RuleMatch, SetAside, Unchanged
from archive.errors import ReadError
from archive.normalize.article import NORMALIZER_VERSION, normalize_document, tell_language
from archive.normalize.matching import Matchers, find_matches
from archive.normalize.phrases import Phrase, PhraseMatcher, Queries
from archive.readers import HARMLESS, find_reader
from archive.readers.base import shown
from archive.readers.bundles.packed import unpacked_name
from archive.readers.defaults import FolderDefaults, read_sidecar
from archive.readers.files import FoundFile, read_bytes

MAX_BYTES = 256_000_000
MAX_CHARACTERS = 5_000_000
MAX_SECONDS = 60  # of a processor, for one unit; MEASURED: the slowest of 222 real pages takes .3, the longest text 13
MAX_MEMORY = 2_000_000_000  # bytes of a process; MEASURED: the longest text allowed, all of it phrases, takes 1.3

HARMLESS_SIZE = 200_000  # bytes of a unit that the process that writes may read itself, if its reader is harmless

Prepared = Article | Unchanged | Failure


class Task(NamedTuple):
    """A unit to prepare, or what is known of it already; its bytes where they come from elsewhere.

    `reader` is the name of the reader of a record.
    """

    found: FoundFile | Failure | Unchanged
    content: bytes | None = None
    reader: str | None = None


@dataclass(frozen=True)
class Settings:
    """What all files of an import are prepared with: options, limits, vocabulary."""

    options: Given
    phrases: tuple[tuple[int, str], ...] = ()
    queries: tuple[tuple[int, str], ...] = ()
    names: tuple[tuple[int, str], ...] = ()
    domains: tuple[tuple[str, str], ...] = ()  # with their sources; what a URL says of a source depends on them
    looking: str = ""  # the ways to tell which files hold many units
    on_server: bool = False  # where it goes; makes no other articles, so it is not in the digest
    max_bytes: int = MAX_BYTES
    max_characters: int = MAX_CHARACTERS
    max_seconds: int = MAX_SECONDS
    max_memory: int = MAX_MEMORY

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that decides what comes of the same bytes."""
        parts = (NORMALIZER_VERSION, self.options, self.phrases, self.queries, self.names, self.domains, self.looking)
        return hashlib.sha256(repr(parts).encode(errors="surrogatepass")).hexdigest()


class Contexts:
    """What files are read with: what is said beside them, and the digest of that and of all else."""

    def __init__(self, settings: Settings) -> None:
        self._of_settings = settings.digest
        self._defaults = FolderDefaults()
        self._folders: dict[tuple[str, str], tuple[Sequence[Given], str]] = {}
        self._of_container: tuple[str, tuple[Sequence[Given], str]] | None = None  # its sidecar, and what that gives

    def of(self, found: FoundFile) -> tuple[Sequence[Given], str]:
        """Return what is given beside the file, nearest first, and the SHA-256 of it and all else it is read with."""
        place = (found.path.rpartition("/")[0], found.root)
        folder = self._folders.get(place)
        if folder is None:
            given: tuple[Given, ...] = (self._defaults.given(found),)
            folder = self._folders[place] = (given, self._digest(given))
        if found.sidecar is None:
            return folder
        if not found.is_part:
            given = (read_sidecar(found.sidecar), *folder[0])
            return given, self._digest(given)
        # records of one file come one after the other
        if self._of_container is None or self._of_container[0] != found.sidecar:
            given = (read_sidecar(found.sidecar, of_many=True), *folder[0])
            self._of_container = (found.sidecar, (given, self._digest(given)))
        return self._of_container[1]

    def _digest(self, given: Sequence[Given]) -> str:
        digests = [one.digest for one in given if one.digest]
        if not digests:
            return self._of_settings
        return hashlib.sha256("\0".join([self._of_settings, *digests]).encode()).hexdigest()


class Preparer:
    """Prepares files of one import; holds what is costly to make: the phrases' automaton, the compressor."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        phrases = [Phrase(*phrase) for phrase in settings.phrases]
        names = {Phrase(*name): None for name in (*settings.phrases, *settings.names)}
        self._matchers = Matchers(PhraseMatcher(phrases), PhraseMatcher(names), _queries(settings.queries))
        self._contexts = Contexts(settings)
        self._compressor = zstandard.ZstdCompressor(level=3)

    def prepare(self, tasks: Iterable[Task]) -> list[Sequence[Prepared]]:
        """Return what became of each file: at least one result, and never an exception."""
        return [results or () for results in self._prepare_all(tasks, only_harmless=False)]

    def prepare_harmless(self, tasks: Iterable[Task]) -> list[Sequence[Prepared] | None]:
        """Return what became of each file; None where its kind or its size can cost more than anybody would wait.

        Such a file belongs into a process that can be killed.
        """
        return self._prepare_all(tasks, only_harmless=True)

    def _prepare_all(self, tasks: Iterable[Task], *, only_harmless: bool) -> list[Sequence[Prepared] | None]:
        # languages last, one text after the other: the model is large, and takes twice as long after other work
        prepared = [self._prepare(task, only_harmless=only_harmless) for task in tasks]
        return [None if results is None else [_with_language(result) for result in results] for results in prepared]

    def _prepare(self, task: Task, *, only_harmless: bool) -> Sequence[Prepared] | None:
        found = task.found
        if isinstance(found, Failure | Unchanged):
            return (found,)
        try:
            content = task.content if task.content is not None else read_bytes(found, self._settings.max_bytes)
            reader = find_reader(found.known_as, content, task.reader)
            if only_harmless and (len(content) > HARMLESS_SIZE or reader.name not in HARMLESS):
                return None
            given, context = self._contexts.of(found)
            return [self._article(document, given, context) for document in reader.read(found.locator, content)]
        except Exception as error:
            return (_failure(found.locator, error),)

    def matches(self, headline: str | None, body: str, set_aside: Sequence[SetAside]) -> tuple[RuleMatch, ...]:
        """Return where the vocabulary tags a text as it is stored."""
        return tuple(find_matches(headline, body, set_aside, self._matchers))

    def prepare_again(
        self, locator: str, original: Original, content: bytes, given: Given, reader: str | None = None
    ) -> Article | Failure:
        """Return the article that an original gives today; `given` is what was said beside it when it was imported.

        `reader` is the one that took it then; of a record it reads it again, else the one that takes it today.

        Never raises. The article's context is empty: it is no unit of an import.
        """
        try:
            for document in find_reader(unpacked_name(locator), content, reader).read(locator, content):
                if document.locator == locator:
                    return tell_language(normalize_document(document, (given,), original, self._matchers, ""))
        except Exception as error:
            return _failure(locator, error)
        return Failure(locator, "today's reader finds no such unit in its file")

    def _article(self, document: Document, given: Sequence[Given], context: str) -> Article:
        laid_out = document.layout.blocks if document.layout else ()
        length = len(document.text or "") + sum(len(block.text) for block in laid_out)
        if length > self._settings.max_characters:
            raise ReadError(
                f"a text of {length:,} characters is over the limit of {self._settings.max_characters:,} for one "
                "article; split it, or raise --max-characters"
            )
        original = Original(
            hashlib.sha256(document.content).hexdigest(),
            document.media_type,
            len(document.content),
            self._compressor.compress(document.content),
        )
        return normalize_document(
            document,
            (*given, self._settings.options),
            original,
            self._matchers,
            context,
            on_server=self._settings.on_server,
        )


def _queries(rules: Sequence[tuple[int, str]]) -> Queries | None:
    """Return what finds which queries name a text, of those that a text alone decides; None where there is none."""
    if not rules:
        return None
    from archive.query_language.rule_matching import Rule, RuleMatcher  # late: few vocabularies have queries
    from archive.query_language.rules import asks_for_values, parse_rule

    return RuleMatcher(Rule(*rule) for rule in rules if not asks_for_values(parse_rule(rule[1]).tree))


def _with_language(result: Prepared) -> Prepared:
    if not isinstance(result, Article):
        return result
    try:
        return tell_language(result)
    except Exception as error:
        return _failure(result.locator, error)


def _failure(locator: str, error: Exception) -> Failure:
    """Return what it means for a unit that its bytes could not be made an article."""
    if isinstance(error, ReadError):
        return Failure(locator, str(error), getattr(error, "cure", None))
    if isinstance(error, RecursionError):
        return Failure(locator, "too deeply nested to take apart", "split it, or leave it out")
    if isinstance(error, MemoryError):
        return Failure(
            locator, "there is not enough memory to read it", "raise the limit with `--max-memory`, or split it"
        )
    # a defect of this program, which shall not cost the other files
    reason = f"a defect of this program ({type(error).__name__}: {shown(str(error), 200)})"
    return Failure(locator, reason, "report it, with the file if you can")
