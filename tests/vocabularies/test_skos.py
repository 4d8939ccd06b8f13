"""SKOS as others write it: Turtle, RDF/XML, JSON-LD; what becomes of it, and what is refused."""

import json
import socket
from pathlib import Path

import pytest

from archive.errors import VocabularyError
from archive.vocabularies import Concept, Match, Scheme, Vocabulary, read_vocabulary, write_vocabulary
from archive.vocabularies.rdf import LARGEST_EXPANDED

PREFIXES = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix b: <https://words.example/boats/> .
"""
BOATS = (
    PREFIXES
    + """
<https://words.example/boats> a skos:ConceptScheme ;
    dcterms:title "Boats and ships"@en, "Boote"@de ; dcterms:license <https://licences.example/by> ;
    skos:hasTopConcept b:boat .
b:boat a skos:Concept ; skos:prefLabel "Boat"@en, "Boot"@de ; skos:narrower b:ferry .
b:ferry a skos:Concept ; skos:inScheme <https://words.example/boats> ;
    skos:prefLabel "Ferry"@en ; skos:altLabel "Ferry boat"@en, "ferry"@en ; skos:hiddenLabel "Fery" ;
    skos:definition "A boat that crosses."@en, "And comes back."@en ;
    skos:exactMatch <http://cv.iptc.org/newscodes/subjectcode/04015003>, <https://www.wikidata.org/wiki/Q25653> ;
    skos:closeMatch <https://other.example/ferry> ; skos:related b:raft .
b:raft skos:inScheme <https://words.example/boats> ; skos:prefLabel "Raft"@en ; skos:broader b:boat ;
    owl:deprecated true ; <https://words.example/terms#retired> "2019-05-01" .
"""
)


def read(tmp_path: Path, content: str | bytes, name: str = "words.ttl") -> Vocabulary:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_vocabulary(file)


def test_what_becomes_of_skos(tmp_path: Path) -> None:
    found = read(tmp_path, BOATS)
    name = "boats-and-ships"
    assert found == Vocabulary(
        [
            Concept(name, "boat", labels={"de": "Boot", "en": "Boat"}),
            Concept(
                name,
                "ferry",
                labels={"en": "Ferry"},
                aliases={"": ("Fery",), "en": ("Ferry boat",)},
                definitions={"en": "A boat that crosses.\n\nAnd comes back."},
                parent="boat",
                mappings=(
                    Match("close", "uri", "https://other.example/ferry"),
                    Match("exact", "subj", "04015003"),
                    Match("exact", "wikidata", "Q25653"),
                    Match("related", name, "raft"),
                ),
            ),
            Concept(name, "raft", labels={"en": "Raft"}, parent="boat", retired=True, retired_on="2019-05-01"),
        ],
        (Scheme(name, "Boats and ships", "https://words.example/boats/", "https://licences.example/by"),),
    )
    assert found.concepts[0].shown() == "Boat"


def test_the_notation_is_the_code_as_it_is_written(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        PREFIXES
        + """
        <http://cv.iptc.org/newscodes/mediatopic/> a skos:ConceptScheme .
        <http://cv.iptc.org/newscodes/mediatopic/01000000> a skos:Concept ; skos:prefLabel "arts"@en-GB ;
            skos:notation "medtop:01000000"^^<https://words.example/qcode> .
        b:two a skos:Concept ; skos:prefLabel "two" ; skos:inScheme b:numbers ;
            skos:notation "002"^^<http://www.w3.org/2001/XMLSchema#integer>, "b"^^<https://words.example/t> .
        """.replace("b:numbers", "<https://words.example/numbers>")
        .replace(
            "a skos:ConceptScheme .", "a skos:ConceptScheme .\n<https://words.example/numbers> a skos:ConceptScheme ."
        )
        .replace('"arts"@en-GB ;', '"arts"@en-GB ; skos:inScheme <http://cv.iptc.org/newscodes/mediatopic/> ;'),
    )
    assert [(one.scheme, one.code, one.uri) for one in found.concepts] == [
        ("medtop", "01000000", None),
        ("numbers", "002", "https://words.example/boats/two"),
    ]


def test_several_parents_labels_and_collections(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        PREFIXES
        + """
        b:s a skos:ConceptScheme .
        b:a a skos:Concept ; skos:prefLabel "A" . b:z a skos:Concept ; skos:prefLabel "Z" .
        b:c a skos:Concept ; skos:prefLabel "C one"@en, "C two"@en ; skos:broader b:z, b:a .
        b:n a skos:Concept . b:all a skos:Collection ; skos:prefLabel "all" ; skos:member b:a .
        """,
    )
    by_code = {one.code: one for one in found.concepts}
    assert by_code.keys() == {"a", "c", "n", "z"}
    assert (by_code["c"].parent, by_code["c"].mappings) == ("a", (Match("broad", "s", "z"),))
    assert (by_code["c"].labels, by_code["c"].aliases) == ({"en": "C one"}, {"en": ("C two",)})
    assert by_code["n"].shown() == "n"
    assert sorted(found.notes) == [
        "1 collections left out: they are no concepts",
        "1 concepts are below several others: the first by code is the parent",
        "1 concepts have no label and are named by their codes",
        "1 labels are aliases: their concept has another one in their language",
    ]


def test_concepts_without_a_scheme_are_of_what_their_addresses_begin_with(tmp_path: Path) -> None:
    found = read(tmp_path, PREFIXES + 'b:a a skos:Concept ; skos:prefLabel "A" .')
    assert found == Vocabulary(
        [Concept("boats", "a", labels={"": "A"})], (Scheme("boats", uri="https://words.example/boats/"),)
    )


def test_addresses_within_a_file_are_codes_and_no_addresses(tmp_path: Path) -> None:
    content = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:skos="http://www.w3.org/2004/02/skos/core#">
      <skos:ConceptScheme rdf:about="#boats"/>
      <skos:Concept rdf:about="#b"><skos:prefLabel>Boat</skos:prefLabel></skos:Concept>
      <skos:Concept rdf:about="#f">
        <skos:prefLabel>Ferry</skos:prefLabel><skos:broader rdf:resource="#b"/>
      </skos:Concept>
    </rdf:RDF>"""
    assert read(tmp_path, content, "words.rdf") == Vocabulary(
        [
            Concept("boats", "b", labels={"": "Boat"}),
            Concept("boats", "f", labels={"": "Ferry"}, parent="b"),
        ],
        (Scheme("boats"),),
    )


@pytest.mark.parametrize(("title", "name"), [('; dcterms:title "Of boats"', "of-boats"), ("", "vocabulary")])
def test_a_scheme_without_an_address(title: str, name: str, tmp_path: Path) -> None:
    found = read(
        tmp_path,
        PREFIXES + f'b:a a skos:Concept ; skos:prefLabel "A" ; skos:inScheme [ a skos:ConceptScheme {title} ] .',
    )
    assert [(one.scheme, one.code, one.uri) for one in found.concepts] == [(name, "a", "https://words.example/boats/a")]
    assert found.schemes == (Scheme(name, "Of boats" if title else None),)


RDF = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY skos "http://www.w3.org/2004/02/skos/core#">{entities}]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="&skos;">
  <skos:Concept rdf:about="https://words.example/boats/ferry"><skos:prefLabel>{name}</skos:prefLabel></skos:Concept>
</rdf:RDF>
"""


def test_rdf_xml_with_entities_for_its_namespaces(tmp_path: Path) -> None:
    content = RDF.format(entities="", name="Ferry &amp; boat")
    for encoded in (content.encode(), content.encode("utf-16"), b"\xef\xbb\xbf" + content.encode()):
        assert [one.shown() for one in read(tmp_path, encoded, "words.rdf").concepts] == ["Ferry & boat"]


def test_xml_says_how_it_is_encoded_and_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    latin = RDF.format(entities="", name="Fähre").replace('"1.0"', '"1.0" encoding="ISO-8859-1"').encode("latin-1")
    assert read(tmp_path, latin, "words.rdf").concepts[0].shown() == "Fähre"
    assert len(read(tmp_path, "\ufeff" + BOATS).concepts) == 3


def test_json_ld_with_its_context_in_it(tmp_path: Path) -> None:
    stated = {
        "@context": {"skos": "http://www.w3.org/2004/02/skos/core#", "name": "skos:prefLabel"},
        "@graph": [{"@id": "https://words.example/boats/ferry", "@type": "skos:Concept", "name": "Ferry"}],
    }
    for one in (stated, [stated]):
        found = read(tmp_path, json.dumps(one), "words.json")
        assert [(concept.code, concept.shown()) for concept in found.concepts] == [("ferry", "Ferry")]


@pytest.mark.parametrize(
    "context",
    [
        "https://words.example/context.jsonld",
        "context.jsonld",
        [{"a": "https://words.example/a"}, "https://words.example/context.jsonld"],
        {"@import": "https://words.example/context.jsonld"},
        {"a": {"@id": "https://words.example/a", "@context": "https://words.example/context.jsonld"}},
        {"@context": {"@context": ["https://words.example/context.jsonld"]}},
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_nothing_is_fetched(context: object, nested: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_arguments: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    (tmp_path / "context.jsonld").write_text('{"@context": {"a": "x:a"}}')
    monkeypatch.chdir(tmp_path)
    node = {"@context": context, "@id": "https://words.example/a"}
    with pytest.raises(VocabularyError, match=r"rests on what stands elsewhere .*context\.jsonld.*nothing is fetched"):
        read(tmp_path, json.dumps({"@graph": [{"x:y": [node]}]} if nested else node), "words.jsonld")


ENTITIES = {
    "entities in entities": '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">',
    "a file": '<!ENTITY a SYSTEM "file:///etc/hostname">',
    "an address": '<!ENTITY a PUBLIC "-//A//B" "https://words.example/a.ent">',
    "a parameter": '<!ENTITY % a "b">',
    "an escaped entity": '<!ENTITY a "&#38;skos;">',
}


@pytest.mark.parametrize("case", ENTITIES)
def test_entities_that_are_refused(case: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"words\.rdf declares an entity \(.\) that holds others or stands else"):
        read(tmp_path, RDF.format(entities=ENTITIES[case], name="Ferry"), "words.rdf")


def test_much_of_little_is_refused(tmp_path: Path) -> None:
    many = 3_000
    length = LARGEST_EXPANDED // many + 1
    entity = f'<!ENTITY a "{"a" * length}">'
    with pytest.raises(VocabularyError, match=r"with its entities, over 100,000,000|input amplification factor"):
        read(tmp_path, RDF.format(entities=entity, name="&a;" * many), "words.rdf")
    # slowly enough for the parser of XML to let it pass
    entity = f'<!ENTITY a "{"a" * 200}">'
    padded = "&a;" + "b" * 40
    with pytest.raises(VocabularyError, match="with its entities, over 100,000,000"):
        read(tmp_path, RDF.format(entities=entity, name=padded * 450_000), "words.rdf")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.ttl", PREFIXES + "b:a a skos:Concept\nb:b .", "is not valid Turtle: "),
        ("a.ttl", PREFIXES + "b:a b:b " + "[" * 5000, "is nested too deeply; write it flat"),
        ("a.rdf", "<?xml version='1.0'?>\n<a><b></a>", "is not valid RDF/XML: mismatched tag"),
        (
            "a.rdf",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:li/></rdf:RDF>',
            "is not valid RDF/XML: ",
        ),
        ("a.jsonld", '{"@context": 7, "@id": "x:a"}', "is not valid JSON-LD: "),
        ("a.ttl", PREFIXES + "b:a a b:Concept .", "has no concept of SKOS in it"),
        ("a.ttl", PREFIXES + '[] a skos:Concept ; skos:prefLabel "A" .', ": A has neither an address nor a notation"),
        (
            "a.ttl",
            PREFIXES + 'b:a a skos:Concept ; skos:prefLabel "A\\u0007" .',
            ": a name of boats:a has a control character in it (U+0007)",
        ),
    ],
)
def test_what_is_refused_is_told(name: str, content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(VocabularyError) as caught:
        read(tmp_path, content, name)
    assert str(caught.value).removeprefix(f"{tmp_path}/{name}").removeprefix(" ").startswith(message)


def test_the_line_of_a_mistake_in_turtle_is_told(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"\(line 3\)$"):
        read(tmp_path, "@prefix b: <x:> .\nb:a b:b b:c .\nb:a b:b ; ; ] .\n")


def test_odd_values_say_nothing_on_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    odd = '"never"^^<http://www.w3.org/2001/XMLSchema#date>'
    read(tmp_path, PREFIXES + f'b:a a skos:Concept ; skos:prefLabel "A" ; dcterms:created {odd} .')
    assert capfd.readouterr() == ("", "")


def test_what_reads_skos_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rdflib", None)
    with pytest.raises(
        VocabularyError, match=r"words\.ttl is SKOS; install what reads it: pip install 'archive\[skos\]'"
    ):
        read(tmp_path, BOATS)


def test_turtle_is_pleasant_to_read() -> None:
    concepts = [
        Concept("boats", "f 1", "Ferry", {"en": "Ferry", "de": "Fähre"}, parent="b", phrases=("night ferry",)),
        Concept(
            "own", "1", "Eins", {"en": "One", "": "Eins"}, mappings=(Match("close", "boats", "f 1"),), retired=True
        ),
    ]
    text = "".join(write_vocabulary("turtle", [Scheme("boats", "Boats", "https://words.example/b/")], concepts))
    assert text.partition("\n\n")[2] == (
        """<https://words.example/b/> a skos:ConceptScheme ;
    archive:scheme "boats" ;
    dcterms:title "Boats" .

<https://words.example/b/f%201> a skos:Concept ;
    skos:inScheme <https://words.example/b/> ;
    skos:notation "f 1" ;
    skos:prefLabel "Ferry"@en, "Fähre"@de ;
    skos:broader <https://words.example/b/b> ;
    archive:phrase "night ferry" .

<urn:x-archive:own> a skos:ConceptScheme ;
    archive:scheme "own" .

<urn:x-archive:own:1> a skos:Concept ;
    skos:inScheme <urn:x-archive:own> ;
    skos:notation "1" ;
    skos:prefLabel "One"@en, "Eins" ;
    owl:deprecated true ;
    skos:closeMatch <https://words.example/b/f%201> .
"""
    )
