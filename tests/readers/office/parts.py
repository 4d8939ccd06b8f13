"""Documents made for tests: a DOCX of the parts that a test gives, and what most of them say."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="{R}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
LEDE = "The harbour office confirmed on Tuesday that the ferry would sail again before the month was over."


def paragraph(text: str, properties: str = "") -> str:
    """Return a paragraph of Word, of runs or of a plain text."""
    inner = text if text.startswith("<") else run(text)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def run(text: str, properties: str = "") -> str:
    """Return a run of text."""
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def relation(key: str, kind: str, target: str, *, outside: bool = False) -> str:
    """Return a relationship of the document."""
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{target}"{mode}/>'


def part(name: str, inner: str) -> str:
    """Return a part of Word's XML, such as `styles` or `footnotes`."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {NAMESPACES}>{inner}</w:{name}>'


def docx(body: str, parts: dict[str, str | bytes] | None = None, relations: str = "", **core: str) -> bytes:
    """Return a DOCX; `core` are its properties (`dc_title`)."""
    out = io.BytesIO()
    properties = "".join(f"<{key.replace('_', ':')}>{text}</{key.replace('_', ':')}>" for key, text in core.items())
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">{relation("a", "officeDocument", "word/document.xml")}'
        f'<Relationship Id="b" Type="{_RELATIONS}/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>',
        "word/document.xml": part("document", f"<w:body>{body}</w:body>"),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:dcterms="http://purl.org/dc/terms/">{properties}</cp:coreProperties>',
        **(parts or {}),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
