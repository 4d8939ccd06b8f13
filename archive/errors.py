"""The errors a caller may meet. Each message says what is wrong and what to do about it."""


class ArchiveError(Exception):
    """Something a person can act on; the command line prints it as one message, without a traceback."""

    exit_code = 1


class UsageError(ArchiveError):
    """The call itself is off: an option that does not parse, a query that means nothing."""

    exit_code = 2


class SchemaError(ArchiveError):
    """The database is missing, older or newer than this program, or no archive at all."""


class NotFoundError(ArchiveError):
    """No article, import or other thing has the name that was given."""


class ForgottenError(NotFoundError):
    """The article was forgotten; the message says when, by whom and why."""


class VocabularyError(ArchiveError):
    """A file of sources or topics cannot be loaded as it is."""


class ReadError(ArchiveError):
    """One unit cannot be read; it becomes a failed unit with this reason, and the import goes on."""


class TimeLimitError(ArchiveError):
    """A query ran longer than it was allowed to, and was ended."""
