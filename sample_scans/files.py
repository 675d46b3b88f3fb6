"""Pages as the files that scanners, telephones and offices make of them. The same pages give the same bytes."""

from __future__ import annotations

import html
import warnings
from collections.abc import Sequence
from io import BytesIO

import img2pdf
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

from pipeline.output.html_to_pdf import printed
from sample_scans.drawing import SamplePage
from sample_scans.layout import MOTTO, Entry, Form, Paragraph

_ORIENTATION = 0x0112


def jpeg(page: SamplePage, *, quality: int = 60, orientation: int = 1) -> bytes:
    """`orientation` is the EXIF value 1 to 8 that says how to turn the stored picture for looking at it."""
    exif = Image.Exif()
    if orientation != 1:
        exif[_ORIENTATION] = orientation
    out = BytesIO()
    dpi = (round(page.dpi), round(page.dpi))
    Image.fromarray(page.pixels).save(out, "JPEG", quality=quality, dpi=dpi, exif=exif, optimize=True)
    return out.getvalue()


def png(page: SamplePage) -> bytes:
    """16 greys, as a thrifty office setting writes it."""
    out = BytesIO()
    grey = Image.fromarray(page.pixels).convert("L")
    few = np.asarray(grey).astype(np.float32) / 17
    Image.fromarray((few.round() * 17).astype(np.uint8)).save(
        out, "PNG", dpi=(round(page.dpi), round(page.dpi)), optimize=True
    )
    return out.getvalue()


def pdf(pages: Sequence[SamplePage], *, quality: int = 60) -> bytes:
    """Each page one full-page JPEG picture, as network scanners write it."""
    pictures = [jpeg(page, quality=quality) for page in pages]
    return bytes(img2pdf.convert(pictures, nodate=True, producer="sample_scans", engine=img2pdf.Engine.internal))


def tiff(pages: Sequence[NDArray[np.uint8]], *, dpi: int = 200) -> bytes:
    """A bilevel G4 TIFF; `pages` are (height, width) of 0 and 255."""
    pictures = [Image.fromarray(page).convert("1", dither=Image.Dither.NONE) for page in pages]
    out = BytesIO()
    pictures[0].save(
        out, "TIFF", compression="group4", save_all=True, append_images=pictures[1:], dpi=(float(dpi), float(dpi))
    )
    return out.getvalue()


def born_digital(form: Form) -> bytes:
    """A PDF with a text layer, printed straight from the office's program."""
    return printed(_page(form), pdf_identifier=b"sample_scans")


def born_digital_truth(form: Form) -> str:
    lines = [*form.agency, form.number, *MOTTO, form.place_date, *form.title, form.addressed]
    for block in form.body:
        if isinstance(block, Entry):
            lines.append(f"{block.label} {block.value}")
        elif isinstance(block, Paragraph):
            lines.append(block.text)
    if form.recipients:
        lines += ["Nơi nhận:", *form.recipients]
    return "\n".join(line for line in (*lines, *form.roles, form.signer) if line)


def _page(form: Form) -> str:
    def lines(texts: Sequence[str]) -> str:
        return "<br>".join(html.escape(text) for text in texts)

    body = []
    for block in form.body:
        if isinstance(block, Entry):
            body.append(f"<p class=entry>{html.escape(block.label)} <b>{html.escape(block.value)}</b></p>")
        elif isinstance(block, Paragraph):
            body.append(f"<p>{html.escape(block.text)}</p>")
    recipients = f"<b><i>Nơi nhận:</i></b><br>{lines(form.recipients)}" if form.recipients else ""
    return f"""<!doctype html><html lang=vi><meta charset=utf-8>
<title>{html.escape(" ".join(form.title))}</title><style>
@page {{ size: A4; margin: 20mm 16mm 20mm 28mm }}
body {{ font: 12.5pt/1.5 "Noto Serif", serif }}
table {{ width: 100%; border-collapse: collapse }} td {{ vertical-align: top; text-align: center }}
p {{ margin: 0 0 5pt; text-align: justify; text-indent: 9mm }} .entry {{ text-indent: 0 }}
h1 {{ font-size: 14pt; text-align: center; margin: 18pt 0 12pt }} .small {{ font-size: 10.5pt; text-align: left }}
</style><table><tr><td>{lines(form.agency[:-1])}<br><b>{html.escape(form.agency[-1])}</b><br>{html.escape(form.number)}
<td><b>{html.escape(MOTTO[0])}<br>{html.escape(MOTTO[1])}</b><br><i>{html.escape(form.place_date)}</i></table>
<h1>{lines(form.title)}</h1>{"".join(body)}
<table><tr><td class=small>{recipients}<td><b>{lines(form.roles)}<br><br><br><br>{html.escape(form.signer)}</b></table>
</html>"""


# --- files that are no scans --------------------------------------------------------------------------------


def with_password(data: bytes) -> bytes:
    """The PDF, asking for a password. The old cipher and the fixed identifier make the bytes repeatable."""
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as document, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        document.save(
            out,
            static_id=True,
            encryption=pikepdf.Encryption(owner="mot-cua", user="mot-cua", R=4, aes=False, metadata=False),
        )
    return out.getvalue()
