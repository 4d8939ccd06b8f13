"""Files of many documents: what takes them apart, and what reads their records."""

from archive.readers.base import Bundle, Container, Reader
from archive.readers.bundles.tar import Tar
from archive.readers.bundles.zip import Zip
from archive.readers.feeds.json_feed import JsonFeeds
from archive.readers.feeds.xml import XmlFeeds
from archive.readers.field_map import FieldMap
from archive.readers.mail.mbox import Mbox
from archive.readers.records.arrays import JsonArrays
from archive.readers.records.lines import JsonLines
from archive.readers.tables.text import TextTables
from archive.readers.tables.workbook import Workbooks
from archive.readers.vendors.container import VendorExports
from archive.readers.vendors.reuters import ReutersSgml
from archive.readers.web_archives.wacz import Wacz
from archive.readers.web_archives.warc import Arc, Warc
from archive.readers.wire.messages import WireMessages

# The first that takes a file takes it apart.
CONTAINERS: tuple[Container, ...] = (
    *(Warc(), Arc(), JsonFeeds(), XmlFeeds(), WireMessages(), JsonLines(), JsonArrays()),
    *(TextTables(), Workbooks(), Mbox(), ReutersSgml(), VendorExports()),
)

# Asked after them, and after the readers of formats that are packed files themselves.
BUNDLES: tuple[Bundle, ...] = (Wacz(), Zip(), Tar())

# What reads records, by the name that is stored with what it read.
RECORD_READERS: dict[str, Reader] = {container.reader.name: container.reader for container in CONTAINERS}


def containers(fields: FieldMap) -> tuple[Container, ...]:
    """Return the containers, those of records and tables with what a person said of keys and columns."""
    if fields == FieldMap():
        return CONTAINERS
    return tuple(type(one)(fields) if isinstance(one, _OF_FIELDS) else one for one in CONTAINERS)


_OF_FIELDS = (JsonLines, JsonArrays, TextTables, Workbooks)
