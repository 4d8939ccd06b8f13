"""The words of dates in seven languages: names of months and weekdays, and what stands before and after a year.

English, German, French, Spanish, Italian, Portuguese and Russian, with the abbreviations that newspapers use.
"""

import unicodedata
from functools import cache
from typing import NamedTuple

# Full forms, then after a bar the abbreviations.
_CAPITALIZED = {
    "de": (
        "Januar Jänner | Jan",
        "Februar Feber | Feb",
        "März Maerz | Mär Mrz",
        "April | Apr",
        "Mai",
        "Juni | Jun",
        "Juli | Jul",
        "August | Aug",
        "September | Sept Sep",
        "Oktober | Okt",
        "November | Nov",
        "Dezember | Dez",
    ),
    "en": (
        "January | Jan",
        "February | Feb",
        "March | Mar",
        "April | Apr",
        "May",
        "June | Jun",
        "July | Jul",
        "August | Aug",
        "September | Sept Sep",
        "October | Oct",
        "November | Nov",
        "December | Dec",
    ),
}

_LOWER_CASE = {
    "fr": (
        "janvier | janv",
        "février fevrier | févr fevr fév",
        "mars",
        "avril | avr",
        "mai",
        "juin",
        "juillet | juil",
        "août aout",
        "septembre | sept",
        "octobre | oct",
        "novembre | nov",
        "décembre decembre | déc",
    ),
    "es": (
        "enero | ene",
        "febrero | feb",
        "marzo | mar",
        "abril | abr",
        "mayo | may",
        "junio | jun",
        "julio | jul",
        "agosto | ago",
        "septiembre setiembre | sept sep",
        "octubre | oct",
        "noviembre | nov",
        "diciembre | dic",
    ),
    "it": (
        "gennaio | genn gen",
        "febbraio | febbr feb",
        "marzo | mar",
        "aprile | apr",
        "maggio | mag",
        "giugno | giu",
        "luglio | lug",
        "agosto | ago",
        "settembre | sett set",
        "ottobre | ott",
        "novembre | nov",
        "dicembre | dic",
    ),
    "pt": (
        "janeiro | jan",
        "fevereiro | fev",
        "março | mar",
        "abril | abr",
        "maio",
        "junho | jun",
        "julho | jul",
        "agosto | ago",
        "setembro | set",
        "outubro | out",
        "novembro | nov",
        "dezembro | dez",
    ),
    "ru": (
        "январь января январе | янв",
        "февраль февраля феврале | февр фев",
        "март марта марте | мар",
        "апрель апреля апреле | апр",
        "май мая мае",
        "июнь июня июне | июн",
        "июль июля июле | июл",
        "август августа августе | авг",
        "сентябрь сентября сентябре | сент сен",
        "октябрь октября октябре | окт",
        "ноябрь ноября ноябре | нояб ноя",
        "декабрь декабря декабре | дек",
    ),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OTHER_WORDS = frozenset({"Mars", "MARS", "Mayo", "MAYO"})  # a planet and a county, oftener than a month

_WEEKDAYS = _words("""
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim
    lunes martes miércoles jueves viernes sábado domingo mié jue vie sáb dom
    lunedì martedì mercoledì giovedì venerdì sabato domenica gio
    segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta
    seg ter qua qui sex понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
""")

# What stands before a year: prepositions, seasons, parts of a year.
_BEFORE_A_YEAR = _words("""
    in since by until till during from between before after through throughout year years early late mid pre post
    spring summer autumn winter jahr jahre jahres seit bis ab vor nach anfang mitte ende frühjahr sommer herbst en
    depuis dès année début fin avant après entre été hiver printemps automne desde hasta año antes verano invierno
    nel dal anno dopo prima em até ano в во с со до после между год года году годы
    IN
""")
# Before "of", these announce an amount, not a year.
_AMOUNT_OF = _words("""
    total sum average maximum minimum max min number record capacity crowd attendance population rate distance
    height length depth weight value speed price cost worth excess limit loss losses increase rise fall gain drop
    salary wage bonus fine fee bill costs prices sums totals amounts resolution resolutions more less most thousands
    hundreds tens out each some
""")
# Before "de", these announce a year; other words mostly an amount.
_YEAR_DE = _words("""
    finales fines principios mediados inicios comienzos final principio partir verano invierno otoño primavera año
    fins finais meados início começo ano inverno outono
""")
# What goes on after a year. Any other word in lower case may be what is counted: "2000 cases".
_AFTER_A_YEAR = _words("""
    and or to was were is are had has have with when where while after before by as but the a an alone according
    at in on for from until till through throughout which who that it he she they we i than this these those if
    because since due following amid would will could should did does compared although though so then onwards
    onward also only even just not said says its his her their our using despite into against under und oder bis
    hat haben hatte hatten war waren wurde wurden ist sind wird werden der die das ein eine im am auf mit nach vor
    zu zum zur als für von bei aus er sie es et ou à au a ont avait est était sont le la les un une il elle ils
    elles dans par pour sur avec avant après y o e el al los las una por para con se fue ha había hay como desde
    hasta que è nel per em foi os um uma и или по в во с со на но а был была было были он она они когда до после
    из при для год года году годом годе годы годов годах гг г
""")
# What is counted, where a sentence goes on after a month: "in May 2000 people".
_COUNTED = _words("""
    people persons men women children soldiers troops workers jobs homes houses cases deaths protesters staff
    employees students pupils fans supporters miles metres meters kilometres kilometers km tonnes tons euros
    dollars pounds euro times more others members victims refugees migrants prisoners passengers copies shares
    points votes seats am pm Euro Euros Menschen Personen Mann Jahre Jahren Metern Kilometer
    personnes personas persone pessoas человек
""")


class MonthName(NamedTuple):
    """A month's name as printed.

    month        1 to 12
    english      whether it is English, and so may stand before its day
    abbreviated  whether a full stop may follow without ending a sentence
    doubtful     whether it is as likely another word ("out", "set", "ago"), and counts only between a day and a year
    dotted       whether its day may have a full stop, as in German
    """

    month: int
    english: bool
    abbreviated: bool
    doubtful: bool = False
    dotted: bool = True


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def month_names() -> dict[str, MonthName]:
    """Return the names of months as they are printed in running text, where a capital is due only with it.

    >>> month_names()["Feb"]
    MonthName(month=2, english=True, abbreviated=True, doubtful=False, dotted=True)
    >>> "february" in month_names(), month_names()["out"].doubtful
    (False, True)
    """
    names: dict[str, MonthName] = {}
    for months in _LOWER_CASE.values():
        for month, forms in enumerate(months, start=1):
            full, _, short = forms.partition("|")
            names.update(
                {form: MonthName(month, english=False, abbreviated=True, doubtful=True) for form in short.split()}
            )
            for form in full.split():
                for printed in (form, form.capitalize(), form.upper()):
                    doubtful = printed in _OTHER_WORDS
                    names[printed] = MonthName(month, english=False, abbreviated=False, doubtful=doubtful)
    for language, months in _CAPITALIZED.items():
        for month, forms in enumerate(months, start=1):
            full, _, short = forms.partition("|")
            for form in (*full.split(), *short.split()):
                name = MonthName(month, language == "en", abbreviated=form in short.split(), dotted=form in names)
                names[form] = names[form.upper()] = name if language == "en" else name._replace(dotted=True)
    return names


@cache
def _months_folded() -> dict[str, int]:
    languages = (*_LOWER_CASE.values(), *_CAPITALIZED.values())
    return {
        _fold(form): month
        for months in languages
        for month, forms in enumerate(months, start=1)
        for form in forms.replace("|", " ").split()
    }


@cache
def _weekdays_folded() -> frozenset[str]:
    return frozenset(_fold(name) for name in _WEEKDAYS)


def month_number(name: str) -> int | None:
    """Return the number of the month that a name stands for, whatever its case and accents, or None.

    >>> month_number("FÉVR"), month_number("fevrier"), month_number("Brumaire")
    (2, 2, None)
    """
    return _months_folded().get(_fold(name))


def is_weekday(name: str) -> bool:
    """Tell whether a word names a day of the week, whatever its case and accents.

    >>> is_weekday("Tue"), is_weekday("среда"), is_weekday("today")
    (True, True, False)
    """
    return _fold(name) in _weekdays_folded()


def announces_year(word: str, word_before: str) -> bool:
    """Tell whether a word, with the one before it, makes a year of the number after it.

    >>> announces_year("in", "twice"), announces_year("of", "revolution"), announces_year("of", "total")
    (True, True, False)
    """
    if word.lower() == "of":
        return word_before != "" and word_before.lower() not in _AMOUNT_OF
    if word == "de":
        return word_before.lower() in _YEAR_DE
    is_acronym = len(word) > 1 and word.isupper()  # "EM 2024" is a championship
    return (word if is_acronym else word.lower()) in _BEFORE_A_YEAR


def goes_on_after_year(word: str) -> bool:
    """Tell whether a sentence can go on with a word after a year; blank is the end of it, or punctuation.

    >>> goes_on_after_year("and"), goes_on_after_year("Minsk"), goes_on_after_year("cases")
    (True, True, False)
    """
    return word in _AFTER_A_YEAR or not (word[:1].islower() or counts(word))


def counts(word: str) -> bool:
    """Tell whether a word is mostly what is counted, so that a number before it is an amount."""
    return word in _COUNTED
