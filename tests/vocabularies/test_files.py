"""Which format a file is in, and what is too much, or none."""

import io
import os
from pathlib import Path

import pytest

from archive.errors import VocabularyError
from archive.vocabularies import read_vocabulary
from archive.vocabularies.files import LARGEST, LARGEST_SKOS, told_format

TOML = '# words\n\n[[topics]]\nname = "Ferry"\n'
TURTLE = "# words\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<x:a> a skos:Concept .\n"
RDF = '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("words", TOML, "toml"),
        ("words.csv", TOML, "toml"),
        ("words", '[[ "topics" ]]\nname = "x"\n', "toml"),
        ("words.toml", "", "toml"),
        ("words", TURTLE, "turtle"),
        ("words.txt", "PREFIX skos: <http://x.example/>", "turtle"),
        ("words", "<https://x.example/a> a <https://x.example/B> .", "turtle"),
        ("words.nt", "", "turtle"),
        ("words", RDF, "rdfxml"),
        ("words", "\ufeff<rdf:RDF xmlns:rdf='x'>", "rdfxml"),
        ("words.owl", "<Ontology>", "rdfxml"),
        ("words", '{"@graph": []}', "json"),
        ("words", '[{"@id": "x:a"}]', "json"),
        ("words", "code;name;parent\n", "csv"),
        ("words", '\ufeff"name@de","aliases"\n', "csv"),
        ("words.csv", "a,b\n", "csv"),
        ("words", "A text. It has no vocabulary in it.\n", None),
        ("words", "", None),
    ],
)
def test_a_format_is_told_by_how_a_file_begins_else_by_its_name(name: str, content: str, form: str | None) -> None:
    assert told_format(name, content.encode()) == form


def test_xml_can_be_utf_16() -> None:
    assert told_format("words", RDF.encode("utf-16")) == "rdfxml"


def file_of(tmp_path: Path, content: str | bytes, name: str = "words") -> Path:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_standard_input_is_read() -> None:
    assert [one.code for one in read_vocabulary(Path("-"), io.BytesIO(TOML.encode())).concepts] == ["ferry"]
    with pytest.raises(VocabularyError, match=r"^standard input is closed; pipe a vocabulary"):
        read_vocabulary(Path("-"))
    with pytest.raises(VocabularyError, match=r"^standard input has no \[\[topics\]\] in it"):
        read_vocabulary(Path("-"), io.BytesIO(b"x = 1"))


def test_a_pipe_that_has_a_name_is_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, TOML.encode())
    os.close(writing)
    try:
        assert len(read_vocabulary(Path(f"/dev/fd/{reading}")).concepts) == 1
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("A text.", "words is no vocabulary that is known: neither TOML with"),
        ('[[topics]]\nname = "Café"'.encode("latin-1"), "words is not UTF-8; save it as UTF-8"),
        ("name\nCafé\n".encode("latin-1"), "words is not UTF-8; save it as UTF-8"),
        (b'{"a": "\xff"}', "words is not UTF-8; save it as UTF-8"),
        ('{"a": 1,}', "words is not valid JSON: "),
        ("[" * 100_000, "words is nested more than 100 deep; write it flat"),
        ('{"a":' * 150 + "1" + "}" * 150, "words is nested more than 100 deep; write it flat"),
    ],
)
def test_files_that_are_none(content: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        read_vocabulary(file_of(tmp_path, content))
    assert str(caught.value).startswith(f"{tmp_path}/{message}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"none\.toml cannot be read: No such file or directory"):
        read_vocabulary(tmp_path / "none.toml")
    with pytest.raises(VocabularyError, match="cannot be read: embedded null byte"):
        read_vocabulary(tmp_path / "a\0b")


def test_a_file_of_500_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    with file.open("wb") as opened:
        opened.truncate(500_000_000)  # it takes no room
    with pytest.raises(
        VocabularyError, match=r"words\.toml has 500 MB, more than may be: a vocabulary may have 100 MB"
    ):
        read_vocabulary(file)


def test_a_stream_ends_at_the_limit() -> None:
    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            self.given += size
            return b"#" * size

    endless = Endless()
    with pytest.raises(VocabularyError, match="standard input has more than may be"):
        read_vocabulary(Path("-"), endless)
    assert endless.given < LARGEST * 1.1


def test_skos_may_be_half_as_large(tmp_path: Path) -> None:
    padding = "#" * 79 + "\n"
    file = file_of(tmp_path, TURTLE + padding * (LARGEST_SKOS // 80))
    with pytest.raises(VocabularyError, match="has 50 MB, more than may be: one in SKOS may have 50 MB"):
        read_vocabulary(file)
    file.write_text('{"@graph": []' + " " * LARGEST_SKOS + "}")
    with pytest.raises(VocabularyError, match="one in SKOS may have 50 MB"):
        read_vocabulary(file)
