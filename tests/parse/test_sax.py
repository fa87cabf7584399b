"""The driver tells what the standard library's does, but text in one piece."""

import io
from html import escape
from pathlib import Path
from xml.sax import SAXNotSupportedException, SAXParseException, expatreader
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesNSImpl, InputSource, XMLReader

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestor.parse import sax

DATA = Path(__file__).parent.parent / "data" / "feeds"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


class Listener(ContentHandler):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []
        self.pieces = 0

    def startPrefixMapping(self, prefix: str | None, uri: str) -> None:
        self.told.append((prefix, uri))

    def startElementNS(
        self,
        name: tuple[str | None, str],
        qname: str | None,
        attrs: AttributesNSImpl,
    ) -> None:
        values = [(key, attrs.getQNameByName(key), value) for key, value in attrs.items()]
        self.told.append((name, qname, values))

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:
        self.told.append((name, qname))

    def characters(self, content: str) -> None:
        self.pieces += 1
        if self.told and isinstance(self.told[-1], str):
            content = f"{self.told.pop()}{content}"
        self.told.append(content)


def listen(reader: XMLReader, document: bytes) -> tuple[Listener, str]:
    """What a reader tells of a document, and the fault that it ends at; then but for its text.

    feedparser reads a document with a fault again, in another way.
    """
    listener, source = Listener(), InputSource()
    source.setByteStream(io.BytesIO(document))
    reader.setFeature(feature_namespaces, True)
    reader.setFeature(feature_external_ges, False)
    reader.setContentHandler(listener)
    try:
        reader.parse(source)
    except SAXParseException as fault:
        listener.told = [told for told in listener.told if not isinstance(told, str)]
        return listener, str(fault)
    return listener, ""


@pytest.mark.parametrize(
    "document",
    [
        *(pytest.param(path.read_bytes(), id=path.name) for path in sorted(DATA.glob("*.xml"))),
        pytest.param(
            b"<a xmlns='u' xmlns:p='v' b='1' p:c='2' xml:lang='de'><p:d/>x</a>", id="names"
        ),
        pytest.param(b"<a>\nM&amp;S &#228; <![CDATA[<b>]]>\n\n</a>", id="text"),
        pytest.param(b"<a>x\n<b></a>", id="a fault"),
        pytest.param(b"<a>\n<b>x", id="an early end"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"<a><b:c/></a>", id="an unknown prefix"),
        pytest.param(b"<!DOCTYPE a [<!ENTITY e 'x<b/>y'>]><a>1&e;2</a>", id="an entity"),
        pytest.param(b"<!DOCTYPE a SYSTEM 'a.dtd'><a>1&e;2</a>", id="an entity of elsewhere"),
        pytest.param(b"<a>1&e;2</a>", id="an unknown entity"),
    ],
)
def test_it_tells_what_the_standard_librarys_does(document: bytes) -> None:
    own, fault = listen(sax.create_parser(), document)
    other, same_fault = listen(expatreader.create_parser(), document)

    assert (own.told, fault) == (other.told, same_fault)


def test_text_comes_in_one_piece() -> None:
    listener, _ = listen(sax.create_parser(), b"<a>one\ntwo &amp; three\n<![CDATA[four]]></a>")

    assert listener.pieces == 1


def test_no_other_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    entity = f"<!ENTITY e SYSTEM 'file://{tmp_path}/secret'>"

    listener, _ = listen(sax.create_parser(), f"<!DOCTYPE a [{entity}]><a>1&e;2</a>".encode())

    assert "12" in listener.told


def test_entities_that_grow_are_not_expanded() -> None:
    document = f'<!DOCTYPE a [<!ENTITY l0 "{"lol" * 100}">{LAUGHS}]><a>&l11;</a>'.encode()

    _, fault = listen(sax.create_parser(), document)

    assert "amplification" in fault


def test_external_entities_cannot_be_asked_for() -> None:
    with pytest.raises(SAXNotSupportedException):
        sax.create_parser().setFeature(feature_external_ges, True)


@given(st.text(alphabet="aé\x80\x92\x9f日&; <>"))
def test_feedparser_repairs_windows_1252_as_with_the_standard_librarys(text: str) -> None:
    document = f"<rss version='2.0'><channel><title>{escape(text)}</title></channel></rss>"

    def read(*drivers: str) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(feedparser.api, "PREFERRED_XML_PARSERS", [*drivers])
            return feedparser.parse(io.BytesIO(document.encode())).feed.title

    assert read(sax.__name__) == read(expatreader.__name__)
