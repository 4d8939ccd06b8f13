"""Subjects by their codes: which are those of the IPTC, and what the others say.

`medtop:` (Media Topics) and `subj:` (Subject Codes, the eight digits of older formats) mean the same in every file, and
are topics by their code. An alias of another scheme is chosen by who sends the file, and two may mean different things
by one: what it stands for is a topic by its name, if it has one and is a subject. Places, people, organizations and
events are none.
"""

import re
from collections.abc import Iterator, Mapping

from archive.readers.markup import Element
from archive.readers.wire.story import Story
from archive.readers.wire.tree import anywhere, attribute, line, local

_SCHEMES = {
    "http://cv.iptc.org/newscodes/mediatopic/": "medtop",
    "https://cv.iptc.org/newscodes/mediatopic/": "medtop",
    "http://cv.iptc.org/newscodes/subjectcode/": "subj",
    "https://cv.iptc.org/newscodes/subjectcode/": "subj",
}
_USUAL = {"medtop": "medtop", "subj": "subj"}
_CODE = re.compile(r"[0-9]{8}")
_OTHER_NAMES = ("mnemonic", "short", "full")  # roles of names that are not the one to show
_SUBJECTS = frozenset(("", "abstract", "subject", "dpasubject", "topic", "theme", "concept"))
_SECTIONS = frozenset(("category", "cat", "desk", "department", "section", "ressort"))
_SECTION_ALIAS = re.compile(r"desk|department|ressort|section|category|cat$", re.IGNORECASE)
_SUBJECT_REFERENCES = (
    "subject",
    "sameas",
    "broader",
    "narrower",
    "related",
    "bag",
    "bit",
    "mainconcept",
    "facetconcept",
)
_SUBJECT_NUMBER = re.compile(r"(?:subj:|(?:urn:[^ ]*|http[^ ]*)[:/])?([0-9]{8})")


def aliases_of(item: Element) -> dict[str, str]:
    """Return the aliases of the IPTC's schemes in an item, each with the usual one.

    A catalog within the item decides. Others are not fetched: there the usual aliases stand for what they usually do.
    """
    aliases = dict(_USUAL)
    for scheme in anywhere(item, "scheme"):
        alias, uri = attribute(scheme, "alias").lower(), attribute(scheme, "uri").lower()
        if alias and uri:
            aliases.pop(alias, None)
            if usual := _SCHEMES.get(uri.rstrip("/") + "/"):
                aliases[alias] = usual
    return aliases


def give_subjects(story: Story, item: Element, aliases: Mapping[str, str]) -> None:
    """Put down the subjects of an item of NewsML-G2: by code, by name, and the sections that stand among them.

    What a subject is the same as, or narrower than, counts as well: an agency that has a scheme of its own tells there
    which subject of the IPTC it means.
    """
    names: list[str] = []
    left_out: list[str] = []
    for subject in anywhere(item, "subject"):
        coded = False
        for one in (subject, *anywhere(subject, *_SUBJECT_REFERENCES)):
            if code := _iptc_code(one, aliases):
                coded = True
                _give_code(story, code, name_of(one))
        if not coded or not _iptc_code(subject, aliases):
            _give_other(story, subject, names, left_out, coded=coded)
    story.give_topics(names)
    story.note_left_out("subjects without a name", left_out)


def give_subject_number(story: Story, text: str, label: str) -> bool:
    """Put down a subject by its eight digits, as older formats have them; tell whether there were any."""
    match = _SUBJECT_NUMBER.fullmatch(text.strip())
    if match is None:
        return False
    _give_code(story, f"subj:{match[1]}", label)
    return True


def name_of(element: Element) -> str:
    """Return what a concept is called: in English where it says so, since other files say the same then."""
    names = [one for one in element.elements if local(one) == "name" and line(one)]
    shown = [one for one in names if attribute(one, "role").rpartition(":")[2] not in _OTHER_NAMES] or names
    english = [one for one in shown if attribute(one, "xml:lang").lower().startswith("en")]
    return line(next(iter(english or shown), None))


def _give_code(story: Story, code: str, label: str) -> None:
    """Put a code down with its name; with itself for a name where the file has none."""
    known = story.topics.get(code)
    if known is None or known == code:
        story.topics[code] = label or known or code


def _iptc_code(element: Element, aliases: Mapping[str, str]) -> str | None:
    scheme, colon, code = attribute(element, "qcode").partition(":")
    if colon and (usual := aliases.get(scheme.lower())) and _CODE.fullmatch(code):
        return f"{usual}:{code}"
    start, slash, code = attribute(element, "uri").rpartition("/")
    if slash and (usual := _SCHEMES.get(f"{start.lower()}/")) and _CODE.fullmatch(code):
        return f"{usual}:{code}"
    return None


def _give_other(story: Story, subject: Element, names: list[str], left_out: list[str], *, coded: bool) -> None:
    code = attribute(subject, "qcode", "uri", "literal")
    kind = attribute(subject, "type").rpartition(":")[2].lower()
    name = name_of(subject)
    if kind in _SECTIONS or _SECTION_ALIAS.search(code.partition(":")[0] if ":" in code else code.partition("#")[0]):
        if name:
            story.give("section", name)
    elif kind in _SUBJECTS and name:
        names.append(name)
    elif kind in _SUBJECTS and code and not coded:
        left_out.append(code)


def numbered(element: Element, *names: str) -> Iterator[tuple[str, Element]]:
    """Yield the names that older formats give a subject by (`FormalName`), with the element."""
    for one in anywhere(element, *names):
        if formal := attribute(one, "formalname"):
            yield formal, one
