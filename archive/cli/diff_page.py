"""What changed between two revisions, as a page of HTML that needs nothing else."""

from html import escape
from typing import Any

from archive.cli.escaping import printable

_TAGS = {"removed": "del", "added": "ins"}
_STYLE = """\
body { max-width: 42em; margin: 2em auto; padding: 0 1em; font: 1em/1.5 Georgia, serif }
h1, article { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext }
p { color: #555; font-size: .9em }
del { background: #fdd; color: #700 }
ins { background: #dfd; color: #040 }
"""


def write_page(comparison: dict[str, Any]) -> str:
    """Return the whole text with <del> around what was removed and <ins> around what was added.

    Line ends of the text are line ends of the page; control characters are made visible.
    """
    fields = {"headline": "", "body": ""}
    for change in comparison["changes"]:
        tag = _TAGS.get(change["op"])
        text = _escaped(change["text"])
        fields[change["field"]] += f"<{tag}>{text}</{tag}>" if tag else text
    before, after = (
        f"revision {state['revision']} ({_escaped(state['cause'])}, seen <time>{_escaped(state['seen_at'])}</time>)"
        for state in (comparison["before"], comparison["after"])
    )
    language = f' lang="{_escaped(comparison["language"])}"' if comparison["language"] else ""
    source = f" · {_escaped(comparison['source'])}" if comparison["source"] else ""
    headline = f"<h1>{fields['headline']}</h1>\n" if fields["headline"] else ""
    return (
        f'<!doctype html>\n<html{language}>\n<head>\n<meta charset="utf-8">\n'
        f"<title>{_escaped(comparison['key'])}: what changed</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"{headline}<p>{_escaped(comparison['key'])}{source} · {before} → {after}</p>\n"
        f"<article>{fields['body']}</article>\n</body>\n</html>\n"
    )


def _escaped(text: str) -> str:
    return escape(printable(text))
