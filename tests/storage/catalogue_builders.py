"""Small values for tests of the catalogue: each function makes one, told apart by a number or a name."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from pipeline.model import (
    Artifact,
    Centre,
    Component,
    Document,
    Dossier,
    Level,
    Match,
    MatchSource,
    MediaType,
    ModelFile,
    Original,
    PaperKind,
    Period,
    Procedure,
    ProcedureComponent,
    ReaderIdentity,
    Reading,
    Receipt,
    Result,
    whole,
)
from storage.catalogue import Catalogue

NOW = datetime(2023, 9, 14, 1, 30, tzinfo=UTC)
SEPTEMBER = Period(name="9/2023", first=date(2023, 9, 1), last=date(2023, 9, 30))


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


def original(number: int, pages: int = 2) -> Original:
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    return Original(sha256=sha256, size=1000 + number, media_type=MediaType.PDF, pages=pages)


def receipt(number: int, *, of: Original | None = None, centre: str = "H18.25", at: float | None = None) -> Receipt:
    return Receipt(
        id=f"receipt-{number}",
        sha256=(of or original(number)).sha256,
        centre=centre,
        name=f"Hồ sơ/Đơn {number}.pdf",
        received_at=minutes(number if at is None else at),
    )


def reading(document: Document, *texts: str, profile: str = "tesseract") -> Reading:
    model = ModelFile(name="vie", version="4.1", sha256="ab" * 32)
    return Reading(
        document=document.id,
        identity=ReaderIdentity(profile=profile, recipe="1", models=(model,)),
        read_at=minutes(60),
        texts=texts or ("Đơn đăng ký đất đai", "Trang hai"),
        confidence=0.875,
        failed_pages=(2,),
        artifacts={Artifact.TEXT: f"readings/{document.id}/text.txt"},
    )


def drop(catalogue: Catalogue, number: int, *, centre: str = "H18.25", at: float | None = None) -> Document:
    """Records a receipt of an original of its own; gives its document."""
    document = whole(original(number))
    catalogue.receipts.record(receipt(number, centre=centre, at=at), original(number), [document])
    return document


def read(catalogue: Catalogue, document: Document, *texts: str, profile: str = "tesseract") -> Reading:
    """Claims a document and ends the claim with a reading of these texts."""
    (claim,) = catalogue.queue.claim([document.id], "reader", NOW, minutes(15))
    result = reading(document, *texts, profile=profile)
    catalogue.queue.finish(claim, result)
    return result


def centre(code: str = "H18.25", **changes: object) -> Centre:
    fields = {
        "code": code,
        "name": f"Bộ phận một cửa {code}",
        "province": "H18",
        "province_name": "Điện Biên",
        "level": Level.COMMUNE,
    }
    return Centre(**{**fields, **changes})  # type: ignore[arg-type]


def procedure(code: str = "1.012766", *, result_is_document: bool = True) -> Procedure:
    papers = (ProcedureComponent(code="K1", name="Đơn"), ProcedureComponent(code="K2", name="Giấy tờ", paper_class="a"))
    return Procedure(
        code=code,
        name=f"Thủ tục {code}",
        sector="Đất đai",
        result_is_document=result_is_document,
        components=papers,
    )


def dossier(number: int, **changes: object) -> Dossier:
    fields = {
        "code": f"H18.25-230914-{number:04}",
        "centre": "H18.25",
        "procedure": "1.012766",
        "received_at": minutes(number),
        "components": (Component(code="K1", name="Đơn"), Component(code="K2", name="Giấy tờ")),
        "results": (Result(code="Q1", name="Giấy chứng nhận"),),
    }
    return Dossier(**{**fields, **changes})  # type: ignore[arg-type]


def match(
    document: Document,
    to: Dossier,
    paper: str = "K1",
    *,
    source: MatchSource = MatchSource.QR,
    at: float = 70,
) -> Match:
    return Match(
        document=document.id,
        dossier=to.code,
        kind=PaperKind.RESULT if paper.startswith("Q") else PaperKind.COMPONENT,
        paper=paper,
        source=source,
        matched_at=minutes(at),
    )


def fill_register(catalogue: Catalogue, *rows: Dossier) -> None:
    """The centre H18.25, its procedures with and without a document as their result, and these dossiers."""
    catalogue.register.put_centres([centre()])
    catalogue.register.put_procedures([procedure(), procedure("2.000379", result_is_document=False)])
    catalogue.register.put_dossiers(rows)
