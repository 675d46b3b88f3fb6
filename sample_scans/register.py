"""A small register to go with the scans: made-up centres of two provinces and their dossiers of 2023.

Some centres digitize everything, some nothing; what two of them digitize is known only from the sample scans, so that
the share of centres rises when the scans are read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from pipeline.model import (
    Centre,
    Channel,
    Component,
    Dossier,
    DossierStatus,
    Level,
    Procedure,
    ProcedureComponent,
    Result,
    Scope,
    Target,
)
from sample_scans import register_files

DIEN_BIEN, LAI_CHAU = ("H18", "Điện Biên"), ("H35", "Lai Châu")


def _centre(code: str, name: str, province: tuple[str, str], level: Level = Level.COMMUNE) -> Centre:
    return Centre(code=code, name=name, province=province[0], province_name=province[1], level=level)


CENTRES = (
    _centre("H18.01", "Trung tâm Phục vụ hành chính công tỉnh Điện Biên", DIEN_BIEN, Level.PROVINCE),
    _centre("H18.21", "Bộ phận Một cửa xã Mường Sen", DIEN_BIEN),
    _centre("H18.22", "Bộ phận Một cửa phường Him Sơn", DIEN_BIEN),
    _centre("H18.24", "Bộ phận Một cửa xã Nậm Pòng", DIEN_BIEN),
    _centre("H18.25", "Bộ phận Một cửa xã Huổi Lai", DIEN_BIEN),
    _centre("H18.26", "Bộ phận Một cửa xã Pú Hương", DIEN_BIEN),
    _centre("H18.27", "Bộ phận Một cửa huyện Mường Vân", DIEN_BIEN, Level.DISTRICT),
    _centre("H18.28", "Bộ phận Một cửa xã Chiềng Lai", DIEN_BIEN),
    _centre("H35.11", "Bộ phận Một cửa huyện Tam Sơn", LAI_CHAU, Level.DISTRICT),
    _centre("H35.12", "Bộ phận Một cửa xã Tả Sin", LAI_CHAU),
    _centre("H35.13", "Bộ phận Một cửa xã Nà Hỳ Phìn", LAI_CHAU),
    _centre("H35.14", "Bộ phận Một cửa xã Bản Khum", LAI_CHAU),
)


def _asked(*names: str) -> tuple[ProcedureComponent, ...]:
    return tuple(ProcedureComponent(code=f"TP{i:02d}", name=name) for i, name in enumerate(names, start=1))


BIRTH, MARRIAGE, LAND, BUSINESS, AID, RESIDENCE = "1.001193", "1.004873", "1.012766", "1.001612", "1.001776", "1.004222"

PROCEDURES = (
    Procedure(
        code=BIRTH,
        name="Đăng ký khai sinh",
        sector="Hộ tịch",
        components=_asked("Tờ khai đăng ký khai sinh", "Giấy chứng sinh"),
    ),
    Procedure(
        code=MARRIAGE,
        name="Cấp Giấy xác nhận tình trạng hôn nhân",
        sector="Hộ tịch",
        components=_asked("Tờ khai cấp Giấy xác nhận tình trạng hôn nhân"),
    ),
    Procedure(
        code=LAND,
        name="Đăng ký biến động quyền sử dụng đất",
        sector="Đất đai",
        components=_asked("Đơn đăng ký biến động đất đai", "Biên bản xác minh thực địa"),
    ),
    Procedure(
        code=BUSINESS,
        name="Đăng ký thành lập hộ kinh doanh",
        sector="Đăng ký kinh doanh",
        components=_asked("Giấy đề nghị đăng ký hộ kinh doanh"),
    ),
    Procedure(
        code=AID,
        name="Thực hiện trợ cấp xã hội hằng tháng",
        sector="Bảo trợ xã hội",
        components=_asked("Tờ khai đề nghị trợ giúp xã hội"),
    ),
    Procedure(
        code=RESIDENCE,
        name="Đăng ký thường trú",
        sector="Cư trú",
        result_is_document=False,
        components=_asked("Tờ khai thay đổi thông tin cư trú"),
    ),
)

RESULTS = {
    BIRTH: "Giấy khai sinh",
    MARRIAGE: "Giấy xác nhận tình trạng hôn nhân",
    LAND: "Quyết định công nhận biến động đất đai",
    BUSINESS: "Giấy chứng nhận đăng ký hộ kinh doanh",
    AID: "Quyết định trợ cấp xã hội hằng tháng",
}

TARGETS = (
    Target(indicator="centres_digitizing", scope=Scope.NATION, value=0.769, valid_from=date(2023, 1, 1)),
    Target(indicator="records_digitized", scope=Scope.PROVINCE, code="H18", value=0.75, valid_from=date(2023, 1, 1)),
)

# The dossiers that sample scans belong to: the code, its centre where the code does not say it, the procedure.
SCANNED = (
    ("H18.25-230914-0012", "H18.25", LAND),
    ("H18.25-230612-0031", "H18.25", MARRIAGE),
    ("H18.26-230705-0007", "H18.26", BIRTH),
    ("H18.26-230811-0021", "H18.26", MARRIAGE),
    ("H18.24-230620-0004", "H18.24", BUSINESS),
    ("H18.24-230905-0009", "H18.24", AID),
    ("H18.21-230302-0003", "H18.21", RESIDENCE),
    ("H18.22-230417-0015", "H18.22", BIRTH),
    ("000.00.15.H18-230920-0004", "H18.01", LAND),
    ("H35.12-230508-0002", "H35.12", AID),
)

# Centre: further dossiers, share of them whose component is flagged, share whose result is.
_SHARES = {
    "H18.01": (6, 1.0, 1.0),
    "H18.21": (6, 1.0, 0.85),
    "H18.22": (5, 1.0, 1.0),
    "H18.24": (0, 0.0, 0.0),
    "H18.25": (5, 1.0, 0.8),
    "H18.26": (1, 0.0, 0.0),
    "H18.27": (5, 1.0, 0.8),
    "H18.28": (3, 0.0, 0.0),
    "H35.11": (5, 0.8, 0.6),
    "H35.12": (3, 0.7, 0.7),
    "H35.13": (2, 0.5, 0.0),
    "H35.14": (2, 0.0, 0.0),
}


def papers_of(procedure: str) -> tuple[tuple[Component, ...], tuple[Result, ...]]:
    """What a dossier of this procedure is made of, nothing flagged."""
    asked = next(p.components for p in PROCEDURES if p.code == procedure)
    name = RESULTS.get(procedure)
    return (
        tuple(Component(code=c.code, name=c.name) for c in asked),
        (Result(code="KQ01", name=name),) if name else (),
    )


def dossiers(seed: int) -> tuple[Dossier, ...]:
    """Those of the scans, of which nothing is flagged, and those that the register alone knows, by code."""
    rng = np.random.default_rng([seed, 18])
    found = [_scanned(code, centre, procedure, rng) for code, centre, procedure in SCANNED]
    serial = 40
    for centre in CENTRES:
        count, components, results = _SHARES[centre.code]
        for i in range(count):
            serial += int(rng.integers(1, 4))
            day = date(2023, 1, 3) + timedelta(days=int(rng.integers(0, 268)))
            code = f"{centre.code}-{day:%y%m%d}-{serial:04d}"
            procedure = PROCEDURES[int(rng.integers(len(PROCEDURES)))].code
            plain = _dossier(code, centre.code, procedure, day, rng)
            found.append(_flagged(plain, components=i < round(count * components), results=i < round(count * results)))
    return tuple(sorted(found, key=lambda dossier: dossier.code))


def _scanned(code: str, centre: str, procedure: str, rng: np.random.Generator) -> Dossier:
    day = datetime.strptime(code.split("-")[1], "%y%m%d").replace(tzinfo=UTC).date()
    return _dossier(code, centre, procedure, day, rng)


def _dossier(code: str, centre: str, procedure: str, day: date, rng: np.random.Generator) -> Dossier:
    received = datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(minutes=int(rng.integers(0, 480)))
    components, results = papers_of(procedure)
    return Dossier(
        code=code,
        centre=centre,
        procedure=procedure,
        agency=centre,
        channel=(Channel.IN_PERSON, Channel.ONLINE, Channel.POST)[int(rng.choice(3, p=(0.7, 0.25, 0.05)))],
        status=DossierStatus.RETURNED,
        received_at=received,
        resolved_at=received + timedelta(days=int(rng.integers(1, 12))),
        components=components,
        results=results,
    )


def _flagged(dossier: Dossier, *, components: bool, results: bool) -> Dossier:
    return replace(
        dossier,
        components=tuple(
            replace(paper, flagged=components, reused=components and dossier.channel is Channel.ONLINE and i == 0)
            for i, paper in enumerate(dossier.components)
        ),
        results=tuple(replace(result, flagged=results) for result in dossier.results),
    )


def write(folder: Path, seed: int) -> None:
    """centres.csv, procedures.csv, dossiers.csv and targets.csv, as `sohoa import` reads them."""
    register_files.write_centres(folder, CENTRES)
    register_files.write_procedures(folder, PROCEDURES)
    register_files.write_dossiers(folder, dossiers(seed))
    register_files.write_targets(folder, TARGETS)
