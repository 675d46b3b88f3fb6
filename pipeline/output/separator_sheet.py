"""The sheet that a clerk prints and lays between the papers of a stack."""

from __future__ import annotations

import html

import segno

from pipeline.output.html_to_pdf import printed

_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><style>
@page {{ size: A4; margin: 25mm }}
body {{ font: 16pt/1.5 "Noto Serif", "Tinos", "DejaVu Serif", serif; text-align: center }}
h1 {{ font-size: 34pt; margin: 10mm 0 }} svg {{ width: 90mm; height: 90mm; margin: 10mm }} b {{ font-size: 22pt }}
</style><h1>TỜ PHÂN CÁCH</h1>{code}<p>{what}</p><p>Tờ này không được lưu vào tài liệu nào.</p></html>"""
_NEXT = "Giấy tờ đặt sau tờ này là một tài liệu mới."
_OF_DOSSIER = "Giấy tờ đặt sau tờ này là tài liệu mới của hồ sơ<br><b>{dossier}</b>"


def separator_sheet(text: str, dossier: str = "") -> bytes:
    """A PDF of one page with a QR code of `text`, and of the dossier to which what follows belongs.

    What reads it is `pipeline.intake.separators`.
    """
    # Error correction H survives a crease or a stain over a third of the code.
    code = segno.make_qr(f"{text}:{dossier}" if dossier else text, error="h").svg_inline(omitsize=True)
    what = _OF_DOSSIER.format(dossier=html.escape(dossier)) if dossier else _NEXT
    return printed(_PAGE.format(code=code, what=what))
