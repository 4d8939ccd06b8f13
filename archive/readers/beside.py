"""What stands beside the files that somebody collected, and is no unit: by its name."""

from collections.abc import Collection

_OF_SYSTEMS = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))
_PAGES = (".html", ".htm", ".xhtml", ".shtml")
# What browsers call the folder of a page's images and scripts, by language.
_OF_PAGES = (
    *("_files", "-Dateien", "_fichiers", "_archivos", "_file", "_bestanden", "_ficheiros", "_arquivos", "_pliki"),
    *("-filer", "_soubory", "_elemei", "_dosyalar", "_tiedostot", "_failid", "_fajlovi", "_datoteke", "_fitxers"),
)


def page_of(folder: str, names: Collection[str]) -> str | None:
    """Return which page a browser saved the folder with, by the names that stand beside it, or None.

    >>> page_of("Ferry_files", {"Ferry.html"}), page_of("old_files", {"Ferry.html"})
    ('Ferry.html', None)
    """
    stem = next((folder.removesuffix(end) for end in _OF_PAGES if folder.endswith(end)), "")
    return next((stem + end for end in _PAGES if stem and stem + end in names), None)


def is_of_systems(name: str) -> bool:
    """Tell whether a name in a folder or bundle is that of what systems and office programs put beside files.

    >>> is_of_systems("Thumbs.db"), is_of_systems("~$ferry.docx"), is_of_systems("ferry.docx")
    (True, True, False)
    """
    return name in _OF_SYSTEMS or name.startswith("~$")
