"""`archive completion`, and what bash, zsh and fish ask when a key is pressed.

click knows commands and options; this is how it is told what stands on the line. Its own scripts hand over words as the
shell has cut them: bash cuts at colons too, so that `source:ra` would be three words. These hand over the line as it
was typed up to the cursor, and what is offered goes back written as it must stand there.
"""

import os
import re
from contextlib import suppress
from dataclasses import dataclass

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

from archive.cli.escaping import printable_line

_BASH = """\
%(complete_func)s() {
    local answer kind
    COMPREPLY=()
    while IFS= read -r answer; do
        kind=${answer%%%%,*}
        case $kind in
            plain) COMPREPLY+=("${answer#*,}") ;;
            open) compopt -o nospace 2>/dev/null; COMPREPLY+=("${answer#*,}") ;;
            file) compopt -o default 2>/dev/null ;;
            dir) compopt -o dirnames 2>/dev/null ;;
        esac
    done < <(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local -a answers plain open plain_told open_told
    local kind value told
    (( ! $+commands[%(prog_name)s] )) && return 1
    answers=("${(@f)$(env COMP_LINE="${(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX" \\
        %(complete_var)s=zsh_complete %(prog_name)s 2>/dev/null)}")
    for kind value told in "${answers[@]}"; do
        case $kind in
            plain) if [[ $told == _ ]]; then plain+=("$value"); else plain_told+=("${value//:/\\\\:}:$told"); fi ;;
            open) if [[ $told == _ ]]; then open+=("$value"); else open_told+=("${value//:/\\\\:}:$told"); fi ;;
            file) _path_files -f ;;
            dir) _path_files -/ ;;
        esac
    done
    (( $#plain_told )) && _describe -V answers plain_told -U
    (( $#open_told )) && _describe -V answers open_told -U -S ''
    (( $#plain )) && compadd -U -V answers -a plain
    (( $#open )) && compadd -U -V answers -S '' -a open
    return 0
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""

_FISH = """\
function %(complete_func)s
    set -l line (commandline -cp | string collect)
    for answer in (env %(complete_var)s=fish_complete COMP_LINE="$line" %(prog_name)s 2>/dev/null)
        set -l parts (string split -m 1 "," -- $answer)
        switch $parts[1]
            case plain open
                echo $parts[2]
            case file
                __fish_complete_path $parts[2]
            case dir
                __fish_complete_directories $parts[2]
        end
    end
end

complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""

_SHELLS = ("bash", "zsh", "fish")
_SPECIAL = re.compile(r"[^\w@%+=:,./-]")
_SPECIAL_IN_QUOTES = re.compile(r'["\\$`]')


@dataclass(frozen=True)
class Line:
    """A command line up to the cursor as a shell reads it.

    `words` are the finished ones, `last` the one at the cursor, `quote` the mark that is open in it, or ''. `start` is
    where in `last` the part begins that bash replaces.
    """

    words: tuple[str, ...]
    last: str
    quote: str = ""
    start: int = 0


def read_line(line: str, word_breaks: str = "", *, escapes_in_single_quotes: bool = False) -> Line:
    r"""Return a line as a shell reads it; `word_breaks` are the characters that bash begins a new part of a word after.

    >>> read_line("archive search source:ra", ":")
    Line(words=('archive', 'search'), last='source:ra', quote='', start=7)
    >>> read_line('archive search "trade sou', ":")
    Line(words=('archive', 'search'), last='trade sou', quote='"', start=0)
    """
    words: list[str] = []
    word: list[str] | None = None
    quote, start, at = "", 0, 0
    while at < len(line):
        character = line[at]
        at += 1
        if not quote and character.isspace():
            if word is not None:
                words.append("".join(word))
            word, start = None, 0
            continue
        word = [] if word is None else word
        if character == "\\" and at < len(line) and _escapes(line[at], quote, escapes_in_single_quotes):
            word.append(line[at])
            at += 1
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote, opened_at = character, len(word)
        elif character != "\\" or quote:
            word.append(character)
            if not quote and character in word_breaks:
                start = len(word)
    return Line(tuple(words), "".join(word or ()), quote, opened_at if quote else start)


def _escapes(character: str, quote: str, in_single_quotes: bool) -> bool:
    """Tell whether a backslash before this character takes its meaning away, there."""
    if quote == "'":
        return in_single_quotes and character in "'\\"
    return not quote or character in '"\\$`'


def written(text: str, quote: str) -> str:
    r"""Return what stands in bash for a text, within quotes that are open or without any.

    >>> written('source:"Radio Lintel"', ""), written("it's", "'"), written('a "b"', '"')
    ('source:\\"Radio\\ Lintel\\"', "it'\\''s", 'a \\"b\\"')
    """
    if quote == "'":
        return text.replace("'", "'\\''")
    return (_SPECIAL_IN_QUOTES if quote else _SPECIAL).sub(lambda found: f"\\{found[0]}", text)


class _Shell(ShellComplete):
    """What all of them have in common: the line, and that nothing is said where something is wrong."""

    line = Line((), "")

    def get_completion_args(self) -> tuple[list[str], str]:
        self.line = self.read(os.environ.get("COMP_LINE", ""))
        return list(self.line.words[1:]), self.line.last

    def read(self, line: str) -> Line:
        return read_line(line)

    def complete(self) -> str:
        # whoever presses a key has not asked for a message, whatever is the matter with the line or the archive
        with suppress(Exception):
            args, typed = self.get_completion_args()
            found = self.get_completions(args, typed)
            return "\n".join(self.answers([one for one in found if one.value.isprintable() or not one.value]))
        return ""

    def answers(self, items: list[CompletionItem[str]]) -> list[str]:
        return [self.format_completion(item) for item in items]


class Bash(_Shell):
    """Bash, which replaces the part of a word behind its last colon, or what stands in quotes."""

    name = "bash"
    source_template = _BASH

    def read(self, line: str) -> Line:
        return read_line(line, os.environ.get("COMP_WORDBREAKS", "\"'><=;|&(: \t\n"))

    def answers(self, items: list[CompletionItem[str]]) -> list[str]:
        line, kept = self.line, self.line.last[: self.line.start]
        found = []
        for item in items:
            if item.type != "plain":
                found.append(f"{item.type},{item.value}")
                continue
            value = item.value
            if value.startswith(kept):
                value = value[len(kept) :]
            elif kept.endswith("=") and kept.startswith("-"):
                pass  # --option=VALUE: click gives the value alone
            else:
                continue
            found.append(f"{_kind(item)},{written(value, line.quote)}")
        texts = [one.partition(",")[2] for one in found if not one.startswith(("file", "dir"))]
        typed = written(line.last[line.start :], line.quote)
        if len(texts) > 1 and not _is_beginning(typed, _in_common(texts)):
            found.append(f"plain,{typed}")  # else bash puts in what they have in common, which is less
        elif len(texts) == 1 and line.quote and found[0].startswith("open"):
            found.append(f"open,{texts[0]}…")  # else bash closes the quotes behind the one that there is
        return found


class Zsh(_Shell):
    """Zsh, which is given whole words and quotes them itself."""

    name = "zsh"
    source_template = _ZSH

    def format_completion(self, item: CompletionItem[str]) -> str:
        return f"{_kind(item)}\n{item.value}\n{_remark(item) or '_'}"


class Fish(_Shell):
    """Fish, which is given whole words and quotes them itself, and sees from a final : or = that a word goes on."""

    name = "fish"
    source_template = _FISH

    def read(self, line: str) -> Line:
        return read_line(line, escapes_in_single_quotes=True)

    def format_completion(self, item: CompletionItem[str]) -> str:
        remark = _remark(item)
        return f"{_kind(item)},{item.value}" + (f"\t{remark}" if remark else "")


for _one in (Bash, Zsh, Fish):
    add_completion_class(_one)


def _kind(item: CompletionItem[str]) -> str:
    """Return what the shell is told: `open` is a word that goes on behind what is put in."""
    return "open" if item.type == "plain" and item.value.endswith((":", "=")) else item.type


def _remark(item: CompletionItem[str]) -> str:
    return printable_line(" ".join((item.help or "").split()))


def _is_beginning(typed: str, text: str) -> bool:
    """Tell whether a text says all that was typed, whatever the case, and whatever quotation marks it adds."""
    return text.lstrip('\\"').casefold().startswith(typed.lstrip('\\"').casefold())


def _in_common(texts: list[str]) -> str:
    """Return what all of them begin with."""
    first, last = min(texts), max(texts)
    return next((first[:at] for at, character in enumerate(first) if last[at : at + 1] != character), first)


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, /, shell: str) -> None:
    """Print what lets bash, zsh or fish complete what you type.

    A line in the file that your shell starts with switches it on: in ~/.bashrc
    eval "$(archive completion bash)", in ~/.zshrc behind compinit eval "$(archive completion zsh)"; for fish, write it
    to ~/.config/fish/completions/archive.fish.

    Then TAB completes commands, options, keys and queries: fields as source:, and the sources, topics, authors, saved
    queries and others of the archive that --db or $ARCHIVE_DB names, or archive.db here.

    \b
    archive completion bash
    archive completion zsh
    archive completion fish
    """
    shells = {one.name: one for one in (Bash, Zsh, Fish)}
    click.echo(shells[shell](ctx.find_root().command, {}, "archive", "_ARCHIVE_COMPLETE").source(), nl=False)
