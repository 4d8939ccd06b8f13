"""What changed between two revisions, drawn for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from archive.cli.escaping import printable, printable_line

_CONTEXT = 240  # characters of a long paragraph that are shown on either side of a change
_STYLES = {"removed": "red strike", "added": "green underline"}
_MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}")}
_BLANKS = str.maketrans({" ": "␣", "\n": "¶", "\t": "⇥", "\xa0": "⍽"})  # shown where nothing but them changed

Change = tuple[str, str]


def draw_changes(console: Console, comparison: dict[str, Any]) -> None:
    """Print the headline and the paragraphs that changed, with what was removed and what was added standing out."""
    fields: dict[str, list[Change]] = {"headline": [], "body": []}
    for change in comparison["changes"]:
        fields[change["field"]].append((change["op"], change["text"]))
    known = [comparison["key"], comparison["source"] or "source not stated"]
    states = " → ".join(_state(comparison[side]) for side in ("before", "after"))
    for text in _blocks(console, fields["headline"]):
        text.stylize_before("bold")
        console.print(text)
    console.print(Text(printable_line(" · ".join(known)), style="cyan"))
    console.print(Text(states, style="dim"))
    shown = _with_what_is_near(fields["body"])
    for text in _blocks(console, shown):
        console.print()
        console.print(text)


def _state(state: dict[str, Any]) -> str:
    return f"revision {state['revision']} ({state['cause']}, seen {state['seen_at'][:16].replace('T', ' ')} UTC)"


def _with_what_is_near(changes: Sequence[Change]) -> Iterator[Change]:
    """Yield changes with what stands around them: paragraphs that did not change give way to a note of how many."""
    last = len(changes) - 1
    for number, (op, text) in enumerate(changes):
        if op != "equal":
            yield op, text
            continue
        blocks = text.split("\n\n")
        after = blocks.pop(0) if number else ""
        before = blocks.pop() if number < last and blocks else None
        if before is None and not blocks and 0 < number < last:
            yield "equal", _shortened(after)
            continue
        yield "equal", _beginning(after)
        inside = [block for block in blocks if block.strip()]
        if inside:
            yield "left_out", f"… {len(inside):,} paragraph{'s' if len(inside) > 1 else ''} unchanged …"
        elif number and number < last:
            yield "parted", ""
        if before is not None:
            yield "equal", _end(before)


def _shortened(text: str) -> str:
    """Return what stands between two changes of a paragraph, without its middle if that is long."""
    if len(text) <= 2 * _CONTEXT:
        return text
    return f"{_beginning(text)} {_end(text)}"


def _beginning(text: str) -> str:
    if len(text) <= _CONTEXT:
        return text
    cut = text[:_CONTEXT]
    return cut[: cut.rfind(" ") + 1 or _CONTEXT] + "…"


def _end(text: str) -> str:
    if len(text) <= _CONTEXT:
        return text
    cut = text[-_CONTEXT:]
    return "…" + cut[max(cut.find(" "), 0) :]


def _blocks(console: Console, changes: Iterable[Change]) -> Iterator[Text]:
    """Yield the paragraphs of a text with its changes marked; empty ones are left out."""
    plain = console.color_system is None
    block = Text()
    for op, text in changes:
        if op in ("left_out", "parted"):
            yield from filter(None, (block, Text(text, style="dim")))
            block = Text()
            continue
        left, right = _MARKS.get(op, ("", "")) if plain else ("", "")
        if op != "equal" and not text.strip():
            text = text.translate(_BLANKS) + ("\n\n" if "\n\n" in text and op == "added" else "")
        for number, part in enumerate(text.split("\n\n")):
            if number:
                yield from filter(None, (block,))
                block = Text()
            core = part.strip() if op != "equal" else part
            if not core:
                block.append(printable(part))
                continue
            start = part.index(core)
            block.append(printable(part[:start]))
            block.append(left + printable(core) + right, _STYLES.get(op, ""))
            block.append(printable(part[start + len(core) :]))
    yield from filter(None, (block,))
