"""The searchable copy: the pages of the originals with an invisible text over their words.

What it keeps: pages, pictures (byte for byte where PDF can hold them so), visible notes, links to the web, layers.
What it leaves behind: scripts, actions, attachments, form fields and signature values. A signature's appearance is
painted into the page, so that it is seen and no viewer calls it broken; the original, which is never touched, is
where it can be verified. The copy says so in its metadata.

Invisible text that a scanner laid over a page is replaced by the new one.

It has what PDF/A-2b asks of fonts, metadata and identifiers. It does not claim to be PDF/A: the colour spaces, fonts
and filters (LZW) of the original pages are kept as they are, and no output intent is made up for them.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pikepdf
from pikepdf import AccessMode, Array, Dictionary, Name, ObjectStreamMode, Page, Pdf, Stream

from pipeline.errors import ReadingFailed
from pipeline.model import Line, LineKind, MediaType, PageRange, PageReading, TextSource
from pipeline.output import hidden_text, picture_pages, safe_copy, text_layer
from pipeline.output.glyphless import Fonts

PRODUCER = f"sohoa {version('sohoa')}"
SIGNATURE_NOTE = (
    "Bản sao có thể tìm kiếm của văn bản đã ký số; chữ ký số chỉ kiểm tra được trên tệp gốc. "
    "Searchable copy of a digitally signed file; the signature can be verified on the original only."
)
_PRINTED = (LineKind.BODY, LineKind.TABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A page range of an original: where its bytes lie and what they are."""

    path: Path
    media_type: MediaType
    pages: PageRange


@dataclass(frozen=True, slots=True)
class _Layer:
    """The text of one page as its copy will have it; without content there is none."""

    source: TextSource
    content: bytes
    """A content stream, deflated."""
    fonts: tuple[str, ...]
    rotate: int


class Layers:
    """The invisible text of a document's pages, in order: made of each as it is read, for less than a tenth of the
    memory that its reading takes."""

    def __init__(self) -> None:
        self.fonts = Fonts()
        self.pages: list[_Layer] = []

    def add(self, reading: PageReading) -> None:
        content: bytes = b""
        used: tuple[str, ...] = ()
        if reading.source in (TextSource.OCR, TextSource.CONVERTED):
            content, used = text_layer.operators(_lines(reading), reading.to_points, self.fonts)
        # turning the page clockwise by the direction in which its lines run makes them run to the right
        rotate = round(reading.to_points.angle / 90) * 90 % 360
        self.pages.append(_Layer(reading.source, zlib.compress(content) if content else b"", used, rotate))


def write(sources: Sequence[Source], layers: Layers, out: Path, *, title: str) -> None:
    """Writes the searchable copy of the pages of `sources`, in order, with one layer each, to `out`.

    The same input gives the same bytes. Streams are passed through from file to file, so memory does not grow with
    the originals. Raises ReadingFailed where an original cannot be taken apart.
    """
    if sum(len(source.pages) for source in sources) != len(layers.pages):
        raise ValueError("one layer for each page is needed")
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix="pages-") as folder:
            pieces = list(_pieces(sources, layers, Path(folder)))
            base = pieces[0] if len(pieces) == 1 else _merged(pieces, Path(folder))
            # not mapped into memory: what is only passed through should not look like memory in use
            with Pdf.open(base.path, access_mode=AccessMode.stream) as pdf:
                _keep_pages(pdf, base.first, base.last)
                _transform(pdf, layers, title)
                pdf.save(
                    out,
                    min_version="1.7",
                    object_stream_mode=ObjectStreamMode.generate,
                    compress_streams=True,
                    deterministic_id=True,
                )
    except (pikepdf.PdfError, pikepdf.PasswordError, pikepdf.JobUsageError) as error:
        raise ReadingFailed(f"The searchable PDF could not be made: {type(error).__name__}.") from error


@dataclass(frozen=True, slots=True)
class _Piece:
    """Pages `first` to `last`, 1-based, of a PDF."""

    path: Path
    first: int
    last: int


def _pieces(sources: Sequence[Source], layers: Layers, folder: Path) -> Iterator[_Piece]:
    """The sources as PDFs: pictures become some first."""
    rest = iter(layers.pages)
    for number, source in enumerate(sources):
        first, last = source.pages.first, source.pages.last
        broken = [page for page in range(first, last + 1) if next(rest).source is TextSource.NONE]
        if source.media_type is MediaType.PDF:
            with Pdf.open(source.path, access_mode=AccessMode.stream) as pdf:
                if last > len(pdf.pages):
                    raise ReadingFailed(f"Page {last} of {len(pdf.pages)} could not be found.")
            yield _Piece(source.path, first, last)
        else:
            below = folder / str(number)
            below.mkdir()
            numbers = range(first, last + 1)
            for path, pages in picture_pages.write(source.path, source.media_type, numbers, below, broken=broken):
                yield _Piece(path, 1, pages)


def _merged(pieces: Sequence[_Piece], folder: Path) -> _Piece:
    """One PDF of several, put together by qpdf from file to file: pikepdf would hold all their streams in memory."""
    path = folder / "merged.pdf"
    pikepdf.Job(
        {
            "inputFile": str(pieces[0].path),
            "outputFile": str(path),
            "pages": [{"file": str(piece.path), "range": f"{piece.first}-{piece.last}"} for piece in pieces],
            "decrypt": "",
            "deterministicId": "",
            "warningExit0": "",
        }
    ).run()
    return _Piece(path, 1, sum(piece.last - piece.first + 1 for piece in pieces))


def _keep_pages(pdf: Pdf, first: int, last: int) -> None:
    del pdf.pages[last:]
    del pdf.pages[: first - 1]


def _transform(pdf: Pdf, layers: Layers, title: str) -> None:
    """Turns an opened PDF, in memory, into the searchable copy: its file stays as it is."""
    signed = safe_copy.is_signed(pdf)
    safe_copy.prepare(pdf)
    laid = [
        (page, layer)
        for page, layer in zip(pdf.pages, layers.pages, strict=True)
        if layer.source in (TextSource.OCR, TextSource.CONVERTED)
    ]
    for page, _ in laid:
        hidden_text.remove(pdf, page)
    pdf.remove_unreferenced_resources()  # before the text is laid, in which it would look too
    fonts = layers.fonts.embed(pdf)
    for page, layer in laid:
        if layer.content:
            _lay_text(pdf, page, layer, fonts)
    safe_copy.strip_file(pdf)
    _describe(pdf, title, signed=signed)


def _lay_text(pdf: Pdf, page: Page, layer: _Layer, fonts: Mapping[str, pikepdf.Object]) -> None:
    if layer.source is TextSource.CONVERTED:
        _silence(pdf, page)
    _lay_under(pdf, page, layer.content, {name: fonts[name] for name in layer.fonts})
    page.obj.Rotate = layer.rotate


def _lines(reading: PageReading) -> list[Line]:
    """Printed lines first, then stamps and handwriting.

    A stamp of which every word is certain was not read from pixels: it is text that the page shows itself (that of a
    signature's appearance), and it would be there twice.
    """
    printed = [line for line in reading.lines if line.kind in _PRINTED]
    apart = [line for line in reading.lines if line.kind not in _PRINTED]
    return [*printed, *(line for line in apart if any(word.confidence < 1 for word in line.words))]


def _lay_under(pdf: Pdf, page: Page, content: bytes, used: Mapping[str, pikepdf.Object]) -> None:
    """Puts text (deflated) before the page's own content, where no graphics state of that content can move it."""
    # a dictionary of resources may be shared between pages: this page gets one of its own
    resources = _own(page.obj.get(Name.Resources))
    resources.Font = _own(resources.get(Name.Font))
    for name, font in used.items():
        resources.Font[name] = font
    page.obj.Resources = resources
    layer = pdf.make_indirect(Stream(pdf, content, Filter=Name.FlateDecode))
    own = page.obj.get(Name.Contents, Array())
    page.obj.Contents = Array([layer, *(own if isinstance(own, Array) else [own])])


def _silence(pdf: Pdf, page: Page) -> None:
    """Marks what the page draws as standing for no text (ISO 32000-1, 14.9.4): its codes are not what it shows."""
    own = page.obj.get(Name.Contents, Array())
    parts = list(own) if isinstance(own, Array) else [own]
    page.obj.Contents = Array(
        [
            pdf.make_stream(b"/Span <</ActualText <FEFF>>> BDC\n"),
            *parts,
            pdf.make_stream(b"\nEMC"),
        ]
    )


def _own(dictionary: object) -> Dictionary:
    own = Dictionary()
    for key, value in dictionary.items() if isinstance(dictionary, Dictionary) else ():
        own[key] = value
    return own


def _describe(pdf: Pdf, title: str, *, signed: bool) -> None:
    # said twice, for pikepdf takes longer to carry it over to the older of the two places than for all else
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = pdf.docinfo[Name.Title] = title
        metadata["pdf:Producer"] = pdf.docinfo[Name.Producer] = PRODUCER
        if signed:
            metadata["dc:description"] = pdf.docinfo[Name.Subject] = SIGNATURE_NOTE
    pdf.Root.Lang = pikepdf.String("vi")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
