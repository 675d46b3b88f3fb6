"""A PDF page becomes the picture that a viewer shows, or its text, and every pixel knows its place on the page."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from pdf2image import convert_from_path
from PIL import Image, ImageChops

from pipeline.geometry import Box
from pipeline.imaging.limits import Limits
from pipeline.imaging.opener import SandboxedOpener
from pipeline.imaging.pdf import PdfFile
from pipeline.model import ScanPage
from tests.imaging.opening_material import (
    MARK,
    black_box,
    encoded,
    flate,
    image_stream,
    page_of,
    scanned_pdf,
    sheet,
    typed_page,
)

UPRIGHT = "160 0 0 220 0 0"
PLACEMENTS = {
    "upright": UPRIGHT,
    "upside down": "-160 0 0 -220 160 220",
    "mirrored": "-160 0 0 220 160 0",
    "flipped": "160 0 0 -220 0 220",
    "quarter turn": "0 160 -220 0 220 0",
    "quarter turn back": "0 -160 220 0 0 160",
    "transposed": "0 160 220 0 0 0",
}


def opened(path: Path, tmp_path: Path, number: int = 1, limits: Limits | None = None) -> ScanPage:
    return PdfFile(path, tmp_path, limits or Limits()).page(number)


def as_shown(path: Path, dpi: float, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Poppler's rendering, grey."""
    (image,) = convert_from_path(path, dpi=round(dpi), use_cropbox=True)
    assert image.size == pytest.approx((shape[1], shape[0]), abs=1)
    return np.asarray(image.convert("L").resize((shape[1], shape[0])))


def difference(page: ScanPage, path: Path) -> float:
    assert page.image is not None
    pixels = page.image.pixels
    grey = np.asarray(Image.fromarray(pixels).convert("L")).astype(int)
    return float(np.abs(grey - as_shown(path, page.image.dpi, pixels.shape).astype(int)).mean())


def place(page: ScanPage) -> Box:
    """Where the black mark lies in PDF user space, by what the opener says."""
    assert page.image is not None
    return page.image.to_points.box(Box(*black_box(page.image.pixels)))


def near(found: Box, wanted: Box, within: float) -> bool:
    return all(
        abs(a - b) <= within
        for a, b in zip(
            (found.x0, found.y0, found.x1, found.y1), (wanted.x0, wanted.y0, wanted.x1, wanted.y1), strict=True
        )
    )


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_an_embedded_picture_comes_as_shown_and_maps_back_to_the_page(
    tmp_path: Path, turn: int, placement: str
) -> None:
    path = tmp_path / "scan.pdf"
    matrix = PLACEMENTS[placement]
    sideways = matrix.startswith("0 ")
    with pikepdf.new() as pdf:
        size = (220, 160) if sideways else (160, 220)
        page_of(pdf, f"q {matrix} cm /Im Do Q", size=size, xobjects={"Im": flate(pdf, sheet())}, Rotate=turn)
        pdf.save(path)
    page = opened(path, tmp_path)
    a, b, c, d, e, f = map(float, matrix.split())
    corners = [(x / 160, 1 - y / 220) for x in (MARK[0], MARK[2]) for y in (MARK[1], MARK[3])]
    xs, ys = [a * u + c * v + e for u, v in corners], [b * u + d * v + f for u, v in corners]
    assert page.image is not None
    assert sorted(page.image.pixels.shape) == [160, 220], "taken out, not rendered"
    assert (page.width, page.height) == ((160, 220) if (turn % 180 == 90) == sideways else (220, 160))
    assert near(place(page), Box(min(xs), min(ys), max(xs), max(ys)), 0.01)
    assert difference(page, path) < 1.5


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_rendering_maps_back_to_the_page_under_rotation_and_crop(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "drawn.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, "100 200 30 10 re f", size=(300, 400), Rotate=turn, CropBox=pikepdf.Array([50, 60, 280, 390]))
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.dpi == pytest.approx(300, rel=0.01)
    assert (page.width, page.height) == ((230, 330) if turn % 180 == 0 else (330, 230))
    assert near(place(page), Box(100, 200, 130, 210), 0.5)


def test_a_crop_box_cuts_the_embedded_picture(tmp_path: Path) -> None:
    path = tmp_path / "cropped.pdf"
    with pikepdf.new() as pdf:
        picture = flate(pdf, sheet(320, 440))
        page_of(pdf, f"q {UPRIGHT} cm /Im Do Q", xobjects={"Im": picture}, CropBox=pikepdf.Array([5, 10, 150, 215]))
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.pixels.shape == (410, 290)
    assert near(place(page), Box(10, 220 - 25, 30, 220 - 15), 0.01)
    assert difference(page, path) < 1.5


def test_a_skewed_placement_keeps_its_angle_in_the_map(tmp_path: Path) -> None:
    path = tmp_path / "skewed.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, "q 160 3 -4 220 2 -1 cm /Im Do Q", xobjects={"Im": flate(pdf, sheet())})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.to_points.apply(0, 0) == pytest.approx((-4 + 2, 220 - 1))


def test_a_picture_inside_forms_is_found_with_all_their_matrices(tmp_path: Path) -> None:
    path = tmp_path / "form.pdf"
    with pikepdf.new() as pdf:
        form = pikepdf.Stream(pdf, b"q 80 0 0 110 0 0 cm /Im Do Q")
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox, form.Matrix = pikepdf.Array([0, 0, 80, 110]), pikepdf.Array([1, 0, 0, 1, 5, 5])
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=flate(pdf, sheet())))
        page_of(pdf, "q 2 0 0 2 -10 -10 cm /Fm Do Q", xobjects={"Fm": form})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.pixels.shape == (220, 160)
    assert near(place(page), Box(20, 170, 60, 190), 0.01)


def grey(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return flate(pdf, sheet())


def colour(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return flate(pdf, sheet(colour=True))


def bilevel(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return flate(pdf, sheet().convert("1"))


def inverted(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return flate(pdf, Image.eval(sheet(), lambda v: 255 - v), Decode=pikepdf.Array([1, 0]))


def inverted_bits(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return flate(pdf, ImageChops.invert(sheet()).convert("1"), Decode=pikepdf.Array([1, 0]))


def uncompressed_twice(pdf: pikepdf.Pdf) -> pikepdf.Object:
    bits = flate(pdf, sheet().convert("1"), Filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 2))
    bits.write(zlib.compress(zlib.compress(sheet().convert("1").tobytes())), filter=bits.Filter)
    return bits


def inks(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return flate(pdf, sheet(colour=True).convert("CMYK"))


def sixteen_bits(pdf: pikepdf.Pdf) -> pikepdf.Object:
    values = (np.asarray(sheet()).astype(">u2") * 257).astype(">u2")
    return image_stream(
        pdf,
        zlib.compress(values.tobytes()),
        160,
        220,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=16,
        Filter=pikepdf.Name.FlateDecode,
    )


def palette(pdf: pikepdf.Pdf) -> pikepdf.Object:
    image = sheet(colour=True).quantize(4)
    colours = bytes(image.getpalette() or [])[: 3 * 4].ljust(12, b"\0")
    space = pikepdf.Array([pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, 3, pikepdf.String(colours)])
    return image_stream(
        pdf,
        zlib.compress(image.tobytes()),
        160,
        220,
        ColorSpace=space,
        BitsPerComponent=8,
        Filter=pikepdf.Name.FlateDecode,
    )


def jpeg(image: Image.Image, space: str, **entries: object) -> Callable[[pikepdf.Pdf], pikepdf.Object]:
    def make(pdf: pikepdf.Pdf) -> pikepdf.Object:
        return image_stream(
            pdf,
            encoded(image, "JPEG", quality=95),
            160,
            220,
            ColorSpace=pikepdf.Name(space),
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
            **entries,
        )

    return make


def fax(pdf: pikepdf.Pdf) -> pikepdf.Object:
    image = sheet().convert("1")
    tiff = Image.open(io.BytesIO(encoded(image, "TIFF", compression="group4")))
    offset, count = tiff.tag_v2[273][0], tiff.tag_v2[279][0]  # type: ignore[attr-defined]
    tiff.fp.seek(offset)  # type: ignore[union-attr]
    return image_stream(
        pdf,
        tiff.fp.read(count),
        160,
        220,  # type: ignore[union-attr]
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=1,
        Filter=pikepdf.Name.CCITTFaxDecode,
        DecodeParms=pikepdf.Dictionary(K=-1, Columns=160, Rows=220, BlackIs1=tiff.tag_v2[262] == 1),  # type: ignore
    )


def jpeg2000(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return image_stream(pdf, encoded(sheet(colour=True), "JPEG2000"), 160, 220, Filter=pikepdf.Name.JPXDecode)


def jbig2(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """A page (7.4.8 of ISO/IEC 14492) of one generic region coded as MMR (7.4.6), which is CCITT G4."""
    black_is_one = ImageChops.invert(sheet()).convert("1", dither=Image.Dither.NONE)
    tiff = Image.open(io.BytesIO(encoded(black_is_one, "TIFF", compression="group4")))
    offset, count = tiff.tag_v2[273][0], tiff.tag_v2[279][0]  # type: ignore[attr-defined]
    tiff.fp.seek(offset)  # type: ignore[union-attr]
    region = struct.pack(">IIIIBB", 160, 220, 0, 0, 0, 1) + tiff.fp.read(count)  # type: ignore[union-attr]
    page = struct.pack(">IIIIBH", 160, 220, 0, 0, 0, 0)
    segments = [
        struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data
        for number, kind, data in ((0, 48, page), (1, 38, region))
    ]
    return image_stream(
        pdf,
        b"".join(segments),
        160,
        220,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=1,
        Filter=pikepdf.Name.JBIG2Decode,
    )


FLAVOURS = {
    "grey": grey,
    "colour": colour,
    "bilevel": bilevel,
    "bilevel, inverted by /Decode": inverted_bits,
    "bilevel, compressed twice": uncompressed_twice,
    "inverted by /Decode": inverted,
    "CMYK": inks,
    "16 bits": sixteen_bits,
    "palette": palette,
    "grey JPEG": jpeg(sheet(), "/DeviceGray"),
    "colour JPEG": jpeg(sheet(colour=True), "/DeviceRGB"),
    "CMYK JPEG": jpeg(sheet(colour=True).convert("CMYK"), "/DeviceCMYK", Decode=pikepdf.Array([1, 0] * 4)),
    "CCITT G4": fax,
    "JPEG 2000": jpeg2000,
    "JBIG2": jbig2,
}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_kind_of_picture_looks_as_in_a_viewer(tmp_path: Path, flavour: str) -> None:
    path = tmp_path / "scan.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, f"q {UPRIGHT} cm /Im Do Q", xobjects={"Im": FLAVOURS[flavour](pdf)})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.pixels.shape[:2] == (220, 160)
    assert page.image.pixels.dtype == np.uint8
    assert page.image.pixels.flags.c_contiguous
    assert page.image.dpi == pytest.approx(72)
    assert (page.image.pixels.ndim == 3) == (
        "colour" in flavour or flavour in {"CMYK", "palette", "CMYK JPEG", "JPEG 2000"}
    )
    assert difference(page, path) < 3
    left, top, right, bottom = MARK
    assert page.image.pixels[top + 2 : bottom - 2, left + 2 : right - 2].mean() < 60
    assert page.image.pixels[2:25, 2:-2].mean() > 225


def test_bits_that_are_not_as_many_as_the_size_says_look_as_in_a_viewer(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    with pikepdf.new() as pdf:
        short = image_stream(
            pdf,
            zlib.compress(sheet().convert("1").tobytes()[: 20 * 150]),
            160,
            220,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=1,
            Filter=pikepdf.Name.FlateDecode,
        )
        page_of(pdf, f"q {UPRIGHT} cm /Im Do Q", xobjects={"Im": short})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    left, top, right, bottom = MARK
    assert page.image.pixels[top + 2 : bottom - 2, left + 2 : right - 2].mean() < 60


def test_a_soft_mask_and_a_stencil_are_rendered_at_the_resolution_of_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "masked.pdf"
    size = (36, 49.5)  # 160 by 220 pixels at 320 dpi
    with pikepdf.new() as pdf:
        ink = flate(pdf, Image.new("L", (160, 220), 0), SMask=flate(pdf, Image.eval(sheet(), lambda v: 255 - v)))
        page_of(pdf, "q 36 0 0 49.5 0 0 cm /Im Do Q", size=size, xobjects={"Im": ink})
        stencil = flate(pdf, sheet().point(lambda v: 255 * (v > 128)).convert("1"), ImageMask=True)
        del stencil.ColorSpace
        page_of(pdf, "q 36 0 0 49.5 0 0 cm /Im Do Q", size=size, xobjects={"Im": stencil})
        pdf.save(path)
    for number in (1, 2):
        page = opened(path, tmp_path, number)
        assert page.image is not None
        assert page.image.pixels.shape == (220, 160)
        assert near(place(page), Box(20 / 320 * 72, 49.5 - 50 / 320 * 72, 60 / 320 * 72, 49.5 - 30 / 320 * 72), 0.3)


def test_strips_of_a_scan_come_as_one_picture(tmp_path: Path) -> None:
    path = tmp_path / "strips.pdf"
    whole = sheet(640, 880)
    with pikepdf.new() as pdf:
        strips = {f"S{i}": flate(pdf, whole.crop((0, 220 * i, 640, 220 * (i + 1)))) for i in range(4)}
        content = " ".join(f"q 160 0 0 55 0 {165 - 55 * i} cm /S{i} Do Q" for i in range(4))
        page_of(pdf, content, xobjects=strips)
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.dpi == pytest.approx(288, rel=0.01)
    assert near(place(page), Box(5, 220 - 12.5, 15, 220 - 7.5), 0.3)


def test_a_scanners_own_invisible_text_is_not_believed(tmp_path: Path) -> None:
    page = opened(scanned_pdf(tmp_path / "ocr.pdf", text="Something that a scanner has read"), tmp_path)
    assert page.text == ()
    assert page.overlays == ()
    assert page.image is not None
    assert page.image.pixels.shape == (220, 160)


def test_visible_text_over_a_scan_is_kept_as_an_overlay(tmp_path: Path) -> None:
    path = tmp_path / "stamped.pdf"
    with pikepdf.new() as pdf:
        stamp = "BT /F1 8 Tf 60 100 Td (Received 12/3) Tj ET"
        page_of(pdf, f"q {UPRIGHT} cm /Im Do Q {stamp}", xobjects={"Im": flate(pdf, sheet())})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.pixels.shape == (220, 160)
    assert [line.text for line in page.overlays] == ["Received 12/3"]
    assert 58 < page.overlays[0].box.x0 < 62
    assert 96 < page.overlays[0].box.y0 < 101


def test_text_under_a_scan_is_not_an_overlay(tmp_path: Path) -> None:
    path = tmp_path / "under.pdf"
    with pikepdf.new() as pdf:
        text = "BT /F1 8 Tf 60 100 Td (What some program read) Tj ET"
        page_of(pdf, f"{text} q {UPRIGHT} cm /Im Do Q", xobjects={"Im": flate(pdf, sheet())})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.overlays == ()


@pytest.mark.parametrize("turn", [0, 90])
def test_the_appearance_of_an_annotation_is_an_overlay_and_not_in_the_picture(tmp_path: Path, turn: int) -> None:
    path = tmp_path / "signed.pdf"
    with pikepdf.new() as pdf:
        look = pikepdf.Stream(pdf, b"BT /F1 6 Tf 2 10 Td (Signed by the office) Tj ET")
        look.Type, look.Subtype, look.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, pikepdf.Array([0, 0, 70, 30])
        look.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
                )
            )
        )
        signature = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Sig,
                T="Signature",
                F=4,
                Rect=pikepdf.Array([80, 40, 150, 70]),
                AP=pikepdf.Dictionary(N=look),
            )
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([signature]), SigFlags=3)
        page_of(
            pdf,
            f"q {UPRIGHT} cm /Im Do Q",
            xobjects={"Im": flate(pdf, sheet())},
            Annots=pikepdf.Array([signature]),
            Rotate=turn,
        )
        pdf.save(path)
    page = opened(path, tmp_path)
    assert [line.text for line in page.overlays] == ["Signed by the office"]
    box = page.overlays[0].box
    assert 80 <= box.x0 <= 84
    assert 45 <= box.y0 <= 52
    assert page.image is not None
    assert near(place(page), Box(20, 170, 60, 190), 0.01)


PROSE = ["The people's committee of the commune confirms the following,", "and asks the office to register it."] * 2


def test_a_born_digital_page_keeps_its_text_and_has_no_image(tmp_path: Path) -> None:
    path = tmp_path / "typed.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, typed_page(PROSE), size=(595, 842))
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is None
    assert [line.text for line in page.text] == PROSE
    assert all(71 < line.box.x0 < 74 for line in page.text)
    assert 775 < page.text[0].box.y0 < 781


def test_a_turned_born_digital_page_has_its_text_in_user_space_and_the_way_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "turned.pdf"
    with pikepdf.new() as pdf:
        # on a page that viewers turn clockwise, text that runs upwards in user space reads from left to right
        shown = "\n".join(f"({line}) Tj 0 -16 Td" for line in PROSE)
        page_of(pdf, f"BT /F1 11 Tf 0 1 -1 0 100 60 Tm\n{shown}\nET", size=(595, 842), Rotate=90)
        pdf.save(path)
    page = opened(path, tmp_path)
    assert [line.text for line in page.text] == PROSE
    assert (page.width, page.height) == (842, 595)
    assert page.to_points is not None
    first = page.to_points.inverse().box(page.text[0].box)
    assert first.width > 5 * first.height
    assert first.x0 == pytest.approx(60, abs=3)
    assert page.text[0].box.y0 == pytest.approx(60, abs=3)


def test_a_born_digital_page_is_drawn_where_people_are_to_see_it(tmp_path: Path) -> None:
    path = tmp_path / "typed.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, typed_page(PROSE), size=(595, 842))
        pdf.save(path)
    with SandboxedOpener(scratch=tmp_path).pages(path, [1], dpi=110, drawn=True) as pages:
        (page,) = pages
    assert page.text
    assert page.image is not None
    assert page.image.pixels.shape[1] == pytest.approx(595 * 110 / 72, abs=2)
    assert page.image.pixels.min() < 100


def test_text_beside_small_pictures_is_enough_and_beside_large_ones_the_page_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "mixed.pdf"
    with pikepdf.new() as pdf:
        logo = flate(pdf, sheet())
        page_of(pdf, f"{typed_page(PROSE)} q 90 0 0 90 400 80 cm /Im Do Q", size=(595, 842), xobjects={"Im": logo})
        page_of(pdf, f"{typed_page(PROSE)} q 450 0 0 500 70 80 cm /Im Do Q", size=(595, 842), xobjects={"Im": logo})
        pdf.save(path)
    small, large = opened(path, tmp_path), opened(path, tmp_path, 2)
    assert small.text
    assert small.image is None
    assert large.text == ()
    assert large.image is not None


def test_a_legacy_font_that_the_file_lacks_is_converted_without_a_look_at_other_letters(tmp_path: Path) -> None:
    path = tmp_path / "tcvn3.pdf"
    with pikepdf.new() as pdf:
        lines = ["C\\351ng h\\337a x\\267 h\\351i ch\\361 ngh\\334a Vi\\326t Nam"] * 4
        page_of(pdf, typed_page(lines), size=(595, 842))
        pdf.save(path)
    page = opened(path, tmp_path)
    assert [line.text for line in page.text] == ["Cộng hòa xã hội chủ nghĩa Việt Nam"] * 4
    assert page.converted
    assert page.image is None


def test_letters_without_a_meaning_are_read_from_a_rendering(tmp_path: Path) -> None:
    path = tmp_path / "shifted.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, typed_page(["7KF KLQ FKW WK VR WKW 9Q SKQG WK FKW LQK KQK SKQ TXYW QK PKQ"] * 4), size=(595, 842))
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.text == ()
    assert page.image is not None
    assert page.image.dpi == pytest.approx(300, rel=0.01)


def test_a_watermark_over_drawn_letters_is_not_the_text_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "outlines.pdf"
    with pikepdf.new() as pdf:
        shapes = " ".join(f"{60 + i % 20 * 20} {700 - i // 20 * 20} 10 12 re f" for i in range(200))
        page_of(pdf, f"{shapes} {typed_page(['Scanned by a phone'])}", size=(595, 842))
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.text == ()
    assert page.image is not None


def test_an_enormous_page_is_rendered_small(tmp_path: Path) -> None:
    path = tmp_path / "enormous.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, "1000 1000 9000 5000 re f", size=(14400, 14400))
        pdf.save(path)
    page = opened(path, tmp_path, limits=Limits(max_page_megapixels=4))
    assert page.image is not None
    assert page.image.pixels.size < 4_100_000
    assert near(place(page), Box(1000, 1000, 10000, 6000), 20)


def test_a_picture_far_above_what_reading_needs_comes_reduced(tmp_path: Path) -> None:
    path = tmp_path / "fine.pdf"
    with pikepdf.new() as pdf:
        fine = sheet(1600, 2200)
        plain = flate(pdf, fine)
        lossy = image_stream(
            pdf,
            encoded(fine, "JPEG"),
            1600,
            2200,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        for picture in (plain, lossy):
            page_of(pdf, f"q {UPRIGHT} cm /Im Do Q", xobjects={"Im": picture})
        pdf.save(path)
    for number in (1, 2):
        page = opened(path, tmp_path, number)
        assert page.image is not None
        assert page.image.pixels.shape == (1100, 800)
        assert page.image.dpi == pytest.approx(360)
        assert near(place(page), Box(2, 215, 6, 217), 0.15)


def test_a_fax_with_flat_pixels_comes_with_square_ones(tmp_path: Path) -> None:
    path = tmp_path / "flat.pdf"
    with pikepdf.new() as pdf:
        page_of(pdf, "q 160 0 0 440 0 0 cm /Im Do Q", size=(160, 440), xobjects={"Im": flate(pdf, sheet())})
        pdf.save(path)
    page = opened(path, tmp_path)
    assert page.image is not None
    assert page.image.pixels.shape == (440, 160)
    assert near(place(page), Box(20, 340, 60, 380), 1)


def test_a_line_goes_on_after_a_raised_figure_and_columns_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "figures.pdf"
    raised = (
        "BT /F1 11 Tf 72 700 Td (The plot of land measures 120 m) Tj /F1 6 Tf 5 Ts (2) Tj 0 Ts /F1 11 Tf "
        "( and lies at the road to the north) Tj ET"
    )
    columns = "BT /F1 11 Tf 72 780 Td (THE COMMITTEE) Tj 300 0 Td (THE REPUBLIC, its motto) Tj ET"
    with pikepdf.new() as pdf:
        page_of(pdf, f"{columns}\n{raised}", size=(595, 842))
        pdf.save(path)
    left, right, line = opened(path, tmp_path).text
    assert (left.text, right.text) == ("THE COMMITTEE", "THE REPUBLIC, its motto")
    assert line.text == "The plot of land measures 120 m2 and lies at the road to the north"
    assert line.block != right.block


def test_the_pictures_of_a_long_file_do_not_stay_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (880, 640), np.uint8))
    data = encoded(noise, "JPEG", quality=98)
    entries = {"ColorSpace": pikepdf.Name.DeviceGray, "BitsPerComponent": 8, "Filter": pikepdf.Name.DCTDecode}
    with pikepdf.new() as pdf:
        for number in range(160):
            picture = image_stream(pdf, data, 640, 880, **entries)
            page_of(pdf, "q 160 0 0 220 0 0 cm /Im Do Q", size=(160 + number / 10, 220), xobjects={"Im": picture})
        pdf.save(path)
    file = PdfFile(path, tmp_path, Limits())
    widths = [file.page(number).width for number in range(1, 61)]
    before = resident()
    widths += [file.page(number).width for number in range(61, 161)]
    assert resident() - before < 30 * len(data)
    assert widths == pytest.approx([160 + number / 10 for number in range(160)])


def resident() -> int:
    """Bytes of this process that lie in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
