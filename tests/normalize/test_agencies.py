"""Agencies in bylines, datelines and last lines, and everything that looks like one and is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.normalize.agencies import HEAD, TAIL, Agencies

AP, REUTERS, AFP, DPA, XINHUA, PA, TT, TASS, YONHAP, KYODO, RIA, EFE = range(1, 13)
NAMES = [
    *((AP, "en", "AP"), (AP, "de", "AP"), (AP, "mul", "Associated Press"), (REUTERS, "mul", "Reuters")),
    *((AFP, "mul", "AFP"), (AFP, "fr", "Agence France-Presse"), (DPA, "mul", "dpa"), (EFE, "mul", "EFE")),
    *((XINHUA, "mul", "Xinhua"), (XINHUA, "zh", "新华社"), (PA, "en", "PA"), (PA, "mul", "PA Media"), (TT, "sv", "TT")),
    *((TASS, "mul", "TASS"), (TASS, "ru", "ТАСС"), (RIA, "ru", "РИА Новости")),
    *((YONHAP, "ko", "연합뉴스"), (YONHAP, "ja", "聯合ニュース"), (KYODO, "ja", "共同")),
]
AGENCIES = Agencies(NAMES)


def of_byline(byline: str, language: str | None = None) -> list[int]:
    found = AGENCIES.credited(byline, language, "", "", 0)
    assert all(byline[one.start : one.end] == one.text and one.field == one.method == "byline" for one in found)
    return [one.source_id for one in found]


def of_text(body: str, language: str | None = None) -> list[int]:
    found = AGENCIES.credited(None, language, body[:HEAD], body[-TAIL:], len(body))
    assert all(body[one.start : one.end] == one.text and one.field == "body" for one in found)
    return [one.source_id for one in found]


@pytest.mark.parametrize(
    ("byline", "agencies"),
    [
        ("By A. Okoro, Reuters", [REUTERS]),
        ("Reuters", [REUTERS]),
        ("REUTERS STAFF", [REUTERS]),
        ("By Ana Okoro, Associated Press Writer", [AP]),
        ("By Ana Okoro, AP Business Writer", [AP]),
        ("Agence AFP", [AFP]),
        ("ANA OKORO for the Associated Press", [AP]),
        ("By Ana Okoro and Li Wei (AP)", [AP]),
        ("Max Maier/AFP", [AFP]),
        ("dpa/AFP", [DPA, AFP]),
        ("Von Max Maier, dpa", [DPA]),
        ("mit Material von dpa", [DPA]),
        ("Par Jean Dupont, avec l’AFP", [AFP]),
        ("Agence France-Presse", [AFP]),
        ("记者 李伟，新华社", [XINHUA]),
        ("Reuters and Reuters", [REUTERS, REUTERS]),
        ("Von Max Maier; Foto: dpa", []),
        ("Foto: dpa/Max Maier", []),
        ("Photo by Ana Okoro/AFP; text: Reuters", [REUTERS]),
        ("写真・共同", []),
        ("By Kevin Reuter", []),
        ("By Lee Ap", []),
        ("By Ana Okoro in Pittsburgh, PA", []),
        ("Ana Okoro of the dpa desk in Berlin", []),
        ("", []),
    ],
)
def test_a_byline_credits_what_is_a_part_of_its_own(byline: str, agencies: list[int]) -> None:
    assert of_byline(byline) == agencies


@pytest.mark.parametrize(
    ("body", "agencies"),
    [
        ("MINSK, Feb 28 (AP) — The president left.", [AP]),
        ("NAIROBI (Xinhua) The port opened.", [XINHUA]),
        ("NAIROBI, Feb. 28 (Xinhua) -- The port opened.", [XINHUA]),
        ("Berlin (dpa) - Der Hafen ist offen.", [DPA]),
        ("Berlin/Minsk (dpa/AFP) – Der Hafen ist offen.", [DPA, AFP]),
        ("Rom (dpa) Der Hafen ist offen.", [DPA]),
        ("(Reuters) - The port opened.", [REUTERS]),
        ("PARIS, AFP — The port opened.", [AFP]),
        ("Madrid, 3 may (EFE).- El puerto.", [EFE]),
        ("МОСКВА, 28 февраля. /ТАСС/. Порт открыт.", [TASS]),
        ("МИНСК, 28 фев — РИА Новости. Порт открыт.", [RIA]),
        ("新华社北京2月28日电（记者李伟）港口开放。", [XINHUA]),
        ("(서울=연합뉴스) 항구가 열렸다.", [YONHAP]),
        ("【ソウル聯合ニュース】港が開いた。", [YONHAP]),
        ("【北京=共同】港が開いた。", [KYODO]),
        ("The port opened.\n\nNobody came.\n\n(dpa/AFP)", [DPA, AFP]),
        ("Berlin (Foto: dpa) - Der Hafen.", []),
        ("The port opened.\n\n(Foto: dpa)", []),
        ("The Associated Press (AP) said on Monday that the port opened.", []),
        ("The Associated Press (AP) - the port opened.", []),
        ("Senator Ana Okoro (PA) said the port opened.", []),
        ("Klaus Maier (dpa) sagte, der Hafen sei offen.", []),
        ("Der Hafen in Berlin ist offen (dpa) - sagt man.", []),
        ("Reuters reported on Monday - and AP said so too - that the port opened.", []),
        ("In New York, AFP. Then more.", []),
        ("据新华社报道，港口开放。", []),
        ("新华社报道说港口今天开放了，没有人来。", []),
        ("The port opened.\n\nMINSK (AP) — The president left.", []),
        ("", []),
    ],
)
def test_a_text_credits_where_agencies_stand_and_nowhere_else(body: str, agencies: list[int]) -> None:
    assert of_text(body) == agencies


@pytest.mark.parametrize(
    ("body", "language", "agencies"),
    [
        ("LONDON (PA) — The port opened.", "en-GB", [PA]),
        ("BELÉM (PA) — O porto abriu.", "pt-BR", []),
        ("MACAPÁ (AP) — O porto abriu.", "pt", []),
        ("STOCKHOLM (TT) — Hamnen är öppen.", "sv", [TT]),
        ("LONDON (TT) — The port opened.", "en", []),
        ("BEIJING (新华社) — The port opened.", "en", [XINHUA]),
    ],
)
def test_a_short_name_counts_in_its_languages_alone(body: str, language: str, agencies: list[int]) -> None:
    assert of_text(body, language) == agencies


def test_a_name_of_two_agencies_is_told_apart_by_the_language_or_not_at_all() -> None:
    agencies = Agencies([(1, "de", "APA"), (2, "az", "APA")])
    found = {tag: agencies.credited("APA", tag, "", "", 0) for tag in ("de", "az", "en", None)}
    expected: dict[str | None, list[int]] = {"de": [1], "az": [2], "en": [], None: []}
    assert {tag: [one.source_id for one in credits] for tag, credits in found.items()} == expected


def test_without_names_nobody_is_credited() -> None:
    assert Agencies([]).credited("Reuters", None, "(Reuters) - The port", "", 20) == []


@given(st.text(alphabet="Ab (/)-—.,:dpaPA新华社电\n【=】", max_size=120), st.sampled_from([None, "en", "zh"]))
def test_whatever_stands_there_each_credit_is_where_it_is_said_to_be(text: str, language: str | None) -> None:
    for one in AGENCIES.credited(text, language, text[:HEAD], text[-TAIL:], len(text)):
        assert text[one.start : one.end] == one.text
        assert any(one.text.casefold() == name.casefold() and one.source_id == of for of, _, name in NAMES)
