"""A SAX driver for feedparser: expat, that gives the text of an element in one piece.

The driver of the standard library gives each line, each entity and what is between them one by one,
and for each of them feedparser does the same again: this takes a tenth off reading a feed. No other
document is ever opened: an external entity is empty.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat
from xml.sax import SAXNotSupportedException, SAXParseException
from xml.sax.handler import feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, Locator, XMLReader

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROLS: Final = re.compile("[\x80-\x9f]")  # windows-1252 that was taken for Latin-1
_Name = tuple[str | None, str]
"""A namespace and a name in it."""


class Reader(XMLReader):
    """Expat as feedparser uses it: with namespaces, on a stream of bytes that is read at once."""

    def setFeature(self, name: str, state: object) -> None:
        """Agree to namespaces, and to no external entities; there is nothing else."""
        if bool(state) != (name == feature_namespaces):
            raise SAXNotSupportedException(name)

    def parse(self, source: Any) -> None:
        """Read the bytes of an `InputSource`, for no address is opened; tell of the first fault."""
        handler: Any = self.getContentHandler()

        def start(name: str, attributes: Mapping[str, str]) -> None:
            handler.startElementNS(_named(name)[0], None, _attributes(attributes))

        handler.decode_entities = _repaired_at_need  # asked of all text before it is kept
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda name: handler.endElementNS(_named(name)[0], None)
        parser.CharacterDataHandler = handler.characters
        parser.StartNamespaceDeclHandler = handler.startPrefixMapping
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_UNLESS_STANDALONE)
        parser.ExternalEntityRefHandler = lambda *_: 1  # done
        stream = source.getByteStream()
        try:
            parser.Parse(stream.read() if stream else b"", True)
        except expat.ExpatError as error:
            fault = SAXParseException(expat.ErrorString(error.code), error, _Place(error))
            self.getErrorHandler().fatalError(fault)


def _repaired_at_need(_element: str, text: str) -> str:
    return _Text(text)


class _Text(str):
    """Text that feedparser's repair of windows-1252 takes no time for, unless there is any.

    It looks each character up in a table of 32: a quarter of the time that reading a feed takes.
    """

    __slots__ = ()

    def translate(self, table: Any) -> str:
        """Do so where any character can be in the table."""
        return super().translate(table) if _CONTROLS.search(self) else str(self)


class _Place(Locator):
    """Where a document is not well-formed."""

    def __init__(self, error: expat.ExpatError) -> None:
        self._error = error

    def getLineNumber(self) -> int:
        return self._error.lineno

    def getColumnNumber(self) -> int:
        return self._error.offset


@lru_cache(maxsize=1024)  # a feed consists of few
def _named(given: str) -> tuple[_Name, str]:
    """Take apart what expat calls an element or attribute; the second is its name with a prefix."""
    match given.split(" "):
        case [namespace, name, prefix]:
            return (namespace, name), f"{prefix}:{name}"
        case [namespace, name]:
            return (namespace, name), name
        case _:
            return (None, given), given


def _attributes(given: Mapping[str, str]) -> AttributesNSImpl:
    values, names = {}, {}
    for key, value in given.items():
        name, prefixed = _named(key)
        values[name], names[name] = value, prefixed
    return AttributesNSImpl(values, names)


def create_parser() -> Reader:
    """What `xml.sax.make_parser` calls."""
    return Reader()
