"""What the searchable PDF takes over from its originals, and what it leaves behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from pipeline.errors import ReadingFailed
from pipeline.geometry import Affine
from pipeline.model import MediaType, PageRange, TextSource
from pipeline.output import searchable_pdf
from pipeline.output.glyphless import FONT
from pipeline.output.glyphless_font import made
from pipeline.output.searchable_pdf import Source
from tests.output.pdf_material import (
    DPI,
    HEIGHT,
    LINES,
    WIDTH,
    jpeg,
    layers,
    make,
    picture,
    reading_of,
    rendered,
    scan_pdf,
    text_of,
    upright,
)


def _same_pages(one: Path, two: Path, folder: Path) -> bool:
    before, after = rendered(one, folder / "before"), rendered(two, folder / "after")
    return len(before) == len(after) and all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@contextmanager
def _pictures(path: Path) -> Iterator[list[Stream]]:
    with pikepdf.open(path) as pdf:
        yield [item for item in pdf.objects if isinstance(item, Stream) and item.get("/Subtype") == "/Image"]


def _form(pdf: Pdf, content: bytes) -> pikepdf.Object:
    return pdf.make_indirect(Stream(pdf, content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 40])))


def _signed(path: Path) -> Path:
    """A scan with a signature as iText writes them, a script, an attachment, a launch button and a web link."""
    scan_pdf(path.with_suffix(".plain.pdf"))
    with Pdf.open(path.with_suffix(".plain.pdf")) as pdf:
        page = pdf.pages[0]
        value = Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("signature value"))
        seal = Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T="Signature1", F=132, V=pdf.make_indirect(value)
        )
        seal.Rect, seal.P = Array([300, 200, 400, 240]), page.obj
        seal.AP = Dictionary(N=_form(pdf, b"1 0 0 RG 4 w 2 2 96 36 re S 0 0 1 rg 20 10 50 20 re f"))
        launch = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([10, 10, 60, 30]), Border=Array([0, 0, 2]))
        launch.A = Dictionary(S=Name.Launch, F=String("cmd.exe"))
        web = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([10, 50, 60, 70]), Border=Array([0, 0, 0]))
        web.A = Dictionary(S=Name.URI, URI=String("https://dichvucong.gov.vn"))
        web.A.Next = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        page.obj.Annots = Array([pdf.make_indirect(item) for item in (seal, launch, web)])
        page.obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(2)")))
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.obj.Annots[0]]), SigFlags=3)
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(3)"))
        pdf.attachments["note.txt"] = AttachedFileSpec(pdf, b"attached bytes")
        pdf.save(path)
    return path


def test_pages_of_a_pdf_look_the_same_pixel_for_pixel(tmp_path: Path) -> None:
    original = scan_pdf(tmp_path / "scan.pdf", pages=2)
    out = make(original, [reading_of(upright(), number=n) for n in (1, 2)], tmp_path / "out.pdf")
    assert _same_pages(original, out, tmp_path)


def test_a_jpeg_in_a_pdf_is_taken_over_byte_for_byte(tmp_path: Path) -> None:
    data = jpeg(picture(), quality=60)
    out = make(scan_pdf(tmp_path / "scan.pdf", data=data), [reading_of(upright())], tmp_path / "out.pdf")
    with _pictures(out) as images:
        assert [image.read_raw_bytes() for image in images] == [data]


def test_a_copy_is_at_most_a_twentieth_larger_than_its_original(tmp_path: Path) -> None:
    original = scan_pdf(tmp_path / "scan.pdf", pages=20)
    out = make(original, [reading_of(upright(), number=n) for n in range(1, 21)], tmp_path / "out.pdf")
    assert out.stat().st_size < 1.05 * original.stat().st_size + 8_000


def test_a_signature_stays_visible_but_is_no_signature_any_more(tmp_path: Path) -> None:
    original = _signed(tmp_path / "signed.pdf")
    before = original.read_bytes()
    out = make(original, [reading_of(upright())], tmp_path / "out.pdf")
    assert original.read_bytes() == before
    assert _same_pages(original, out, tmp_path)
    with pikepdf.open(out) as pdf:
        assert "/AcroForm" not in pdf.Root
        with pdf.open_metadata() as metadata:
            assert "chữ ký số" in metadata["dc:description"]
    plain = out.with_name("plain.pdf")
    with pikepdf.open(out) as pdf:
        pdf.save(plain, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
    left = plain.read_bytes()
    for gone in (b"signature value", b"/ByteRange", b"/JavaScript", b"app.alert", b"/Launch", b"cmd.exe"):
        assert gone not in left
    assert b"attached bytes" not in left
    assert b"https://dichvucong.gov.vn" in left


def test_an_unsigned_file_is_not_called_signed(tmp_path: Path) -> None:
    out = make(scan_pdf(tmp_path / "scan.pdf"), [reading_of(upright())], tmp_path / "out.pdf")
    with pikepdf.open(out) as pdf, pdf.open_metadata() as metadata:
        assert "dc:description" not in metadata
        assert metadata["dc:title"] == "tài liệu"
        assert str(pdf.docinfo["/Producer"]).startswith("sohoa ")
        assert str(pdf.docinfo["/Title"]) == "tài liệu"


def test_a_hidden_layer_stays_hidden(tmp_path: Path) -> None:
    original = scan_pdf(tmp_path / "scan.pdf")
    with Pdf.open(original, allow_overwriting_input=True) as pdf:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("draft")))
        page = pdf.pages[0]
        page.obj.Resources.Properties = Dictionary(L0=layer)
        page.contents_add(b"/OC /L0 BDC 0 1 0 rg 50 50 400 400 re f EMC")
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        pdf.save()
    out = make(original, [reading_of(upright())], tmp_path / "out.pdf")
    assert _same_pages(original, out, tmp_path)


@pytest.mark.parametrize("in_a_form", [False, True])
def test_a_scanners_own_invisible_text_gives_way(tmp_path: Path, in_a_form: bool) -> None:
    original = scan_pdf(tmp_path / "scan.pdf")
    layer = b"q BT /F1 12 Tf 3 Tr 100 300 Td (Cong hoa) Tj (xa hoi) ' 0 Tr (Visible) ' ET Q"
    with Pdf.open(original, allow_overwriting_input=True) as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        resources = pdf.pages[0].obj.Resources
        if in_a_form:
            resources.XObject.F0 = _form(pdf, layer)
            resources.XObject.F0.BBox = Array([0, 0, 600, 800])
            resources.XObject.F0.Resources = Dictionary(Font=Dictionary(F1=font))
            pdf.pages[0].contents_add(b"q /F0 Do Q", prepend=True)
        else:
            resources.Font = Dictionary(F1=font)
            pdf.pages[0].contents_add(layer, prepend=True)
        pdf.save()
    out = make(original, [reading_of(upright())], tmp_path / "out.pdf")
    assert "Cong" not in text_of(out)
    assert "Visible" in text_of(out)
    assert LINES[0] in text_of(out)
    assert _same_pages(original, out, tmp_path)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    original = _signed(tmp_path / "signed.pdf")
    (tmp_path / "scan.jpg").write_bytes(jpeg(picture()))
    for path, kind in ((original, MediaType.PDF), (tmp_path / "scan.jpg", MediaType.JPEG)):
        one = make(path, [reading_of(upright())], tmp_path / "one.pdf", kind)
        two = make(path, [reading_of(upright())], tmp_path / "two.pdf", kind)
        assert one.read_bytes() == two.read_bytes()


def test_a_document_may_be_page_ranges_of_several_originals(tmp_path: Path) -> None:
    first = scan_pdf(tmp_path / "first.pdf", pages=3)
    (tmp_path / "second.jpg").write_bytes(jpeg(picture()))
    third = tmp_path / "third.tif"
    frames = [picture(mode="1"), picture(mode="L"), picture()]
    frames[0].save(third, save_all=True, append_images=frames[1:], dpi=(DPI, DPI))
    sources = [
        Source(path=first, media_type=MediaType.PDF, pages=PageRange(sha256="1", first=2, last=3)),
        Source(path=tmp_path / "second.jpg", media_type=MediaType.JPEG, pages=PageRange(sha256="2", first=1, last=1)),
        Source(path=third, media_type=MediaType.TIFF, pages=PageRange(sha256="3", first=2, last=3)),
        Source(path=first, media_type=MediaType.PDF, pages=PageRange(sha256="1", first=1, last=1)),
    ]
    readings = [reading_of(upright(), [f"trang số {n}"], number=n) for n in range(1, 7)]
    searchable_pdf.write(sources, layers(readings), tmp_path / "out.pdf", title="x")
    pages = text_of(tmp_path / "out.pdf").split("\f")
    assert [page.strip() for page in pages] == [f"trang số {n}" for n in range(1, 7)] + [""]
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.check_pdf_syntax() == []
        sizes = {tuple(round(float(value)) for value in page.mediabox) for page in pdf.pages}
    assert sizes == {(0, 0, 595, 842)}
    assert sorted(item.name for item in tmp_path.iterdir()) == ["first.pdf", "out.pdf", "second.jpg", "third.tif"]


def test_one_layer_for_each_page_is_asked_for(tmp_path: Path) -> None:
    original = scan_pdf(tmp_path / "scan.pdf", pages=2)
    with pytest.raises(ValueError, match="one layer"):
        searchable_pdf.write(
            [Source(path=original, media_type=MediaType.PDF, pages=PageRange(sha256="1", first=1, last=2))],
            layers([reading_of(upright())]),
            tmp_path / "out.pdf",
            title="x",
        )


@pytest.mark.parametrize(
    ("name", "kind"), [("x.pdf", MediaType.PDF), ("x.png", MediaType.PNG), ("x.tif", MediaType.TIFF)]
)
def test_what_cannot_be_taken_apart_is_a_failed_reading(tmp_path: Path, name: str, kind: MediaType) -> None:
    (tmp_path / name).write_bytes(b"%PDF-1.4 not really")
    with pytest.raises(ReadingFailed):
        make(tmp_path / name, [reading_of(upright())], tmp_path / "out.pdf", kind)


def test_a_broken_page_of_a_tiff_is_an_empty_page_where_it_could_not_be_read_either(tmp_path: Path) -> None:
    original = tmp_path / "scan.tif"
    frames = [picture(mode="L") for _ in range(3)]
    frames[0].save(original, save_all=True, append_images=frames[1:], compression="tiff_deflate", dpi=(DPI, DPI))
    with Image.open(original) as image:
        image.seek(1)
        offset, size = image.tag_v2[273][0], image.tag_v2[279][0]
    data = bytearray(original.read_bytes())
    data[offset : offset + size] = bytes(size)
    original.write_bytes(data)
    texts = [reading_of(upright(), [f"trang số {n}"], number=n) for n in (1, 2, 3)]
    lost = reading_of(upright(), number=2, source=TextSource.NONE)
    out = make(original, [texts[0], lost, texts[2]], tmp_path / "out.pdf", MediaType.TIFF)
    assert [page.strip() for page in text_of(out).split("\f")] == ["trang số 1", "", "trang số 3", ""]
    with pytest.raises(ReadingFailed):
        make(original, texts, tmp_path / "out.pdf", MediaType.TIFF)


# --- picture files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK"])
@pytest.mark.parametrize("kind", [MediaType.TIFF, MediaType.PNG])
def test_pictures_are_embedded_without_loss(tmp_path: Path, mode: str, kind: MediaType) -> None:
    if (mode, kind) == ("CMYK", MediaType.PNG):
        mode = "LA"
    image = picture(mode=mode)
    path = tmp_path / "scan"
    image.save(path, kind.name, dpi=(DPI, DPI))
    out = make(path, [reading_of(upright())], tmp_path / "out.pdf", kind)
    with _pictures(out) as images:
        found = pikepdf.PdfImage(next(i for i in images if "/SMask" in i or mode != "LA")).as_pil_image()
    wanted = image.getchannel("L") if mode == "LA" else image
    assert np.array_equal(np.asarray(found.convert("RGB")), np.asarray(wanted.convert("RGB")))
    assert LINES[0] in text_of(out)


def test_a_bitonal_tiff_page_becomes_ccitt_group_4(tmp_path: Path) -> None:
    picture(mode="1").save(tmp_path / "fax.tif", compression="group4", dpi=(200, 200))
    out = make(tmp_path / "fax.tif", [reading_of(upright())], tmp_path / "out.pdf", MediaType.TIFF)
    with _pictures(out) as (image,):
        assert [str(name) for name in image.Filter] == ["/CCITTFaxDecode"]
    assert out.stat().st_size < (tmp_path / "fax.tif").stat().st_size + 8_000


@pytest.mark.parametrize("rows", [64, 4000])
@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr"])
def test_a_tiff_page_stored_as_jpeg_is_not_coded_anew(tmp_path: Path, mode: str, rows: int) -> None:
    original = tmp_path / "scan.tif"
    noisy = np.asarray(picture()).astype(int) + np.random.default_rng(5).integers(-20, 20, (HEIGHT, WIDTH, 3))
    image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).convert(mode)
    image.save(original, compression="jpeg", quality=70, dpi=(DPI, DPI), tiffinfo={278: rows})
    out = make(original, [reading_of(upright())], tmp_path / "out.pdf", MediaType.TIFF)
    assert out.stat().st_size < 1.05 * original.stat().st_size + 8_000
    with _pictures(out) as (picture_in_pdf,):
        assert picture_in_pdf.Filter == Name.DCTDecode
    with Image.open(original) as stored:
        wanted = np.asarray(stored.convert("RGB").resize((310, 438), Image.Resampling.BOX)).astype(int)
    (shown,) = rendered(out, tmp_path / "shown", dpi=75)
    small = np.asarray(Image.fromarray(shown).resize((310, 438), Image.Resampling.BOX)).astype(int)
    assert np.abs(small - wanted).mean() < 3


@pytest.mark.parametrize("kind", [MediaType.TIFF, MediaType.PNG])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_stay_sixteen(tmp_path: Path, kind: MediaType, channels: int) -> None:
    values = np.random.default_rng(7).integers(0, 65536, (60, 80, channels), dtype=np.uint16).squeeze()
    path = tmp_path / f"deep.{kind.name.lower()}"
    assert cv2.imwrite(str(path), values)
    out = make(path, [reading_of(upright(), [])], tmp_path / "out.pdf", kind)
    with _pictures(out) as (image,):
        assert image.BitsPerComponent == 16
        found = np.frombuffer(image.read_bytes(), ">u2").reshape(values.shape)
    assert np.array_equal(found if channels == 1 else found[..., ::-1], values)


def test_transparency_at_sixteen_bits_is_laid_on_white(tmp_path: Path) -> None:
    values = np.full((40, 50, 4), 30000, np.uint16)
    values[:20, :, 3] = 0
    assert cv2.imwrite(str(tmp_path / "deep.png"), values)
    out = make(tmp_path / "deep.png", [reading_of(upright(), [])], tmp_path / "out.pdf", MediaType.PNG)
    with _pictures(out) as (image,):
        found = np.frombuffer(image.read_bytes(), ">u2").reshape(40, 50, 3)
    assert (found[:20] == 65535).all()
    assert (abs(found[20:].astype(int) - (30000 * 30000 // 65535 + 65535 - 30000)) <= 1).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [MediaType.JPEG, MediaType.TIFF])
def test_every_orientation_is_shown_upright(tmp_path: Path, orientation: int, kind: MediaType) -> None:
    upright_picture = picture((400, 600))
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    """Image.Transpose that stores the upright picture so that this orientation sets it upright again."""
    stored = upright_picture if orientation == 1 else upright_picture.transpose(Image.Transpose(undo[orientation]))
    exif = stored.getexif()
    exif[274] = orientation
    out = io.BytesIO()
    stored.save(out, kind.name, exif=exif, dpi=(72, 72), **({"quality": 95} if kind is MediaType.JPEG else {}))
    path = tmp_path / "photo"
    path.write_bytes(out.getvalue())
    pdf = make(path, [reading_of(Affine(), [])], tmp_path / "out.pdf", kind)
    (shown,) = rendered(pdf, tmp_path / "shown", dpi=72)
    assert shown.shape[:2] == (600, 400)
    assert np.abs(shown.astype(int) - np.asarray(upright_picture)).mean() < 4


def test_the_font_is_as_it_would_be_made_anew() -> None:
    assert FONT.read_bytes() == made()
    assert len(made()) < 2_000
