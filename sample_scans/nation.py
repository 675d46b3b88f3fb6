"""A nation's register at dossier level, made up so that the published figures of 2023 can be computed from it.

`python -m sample_scans.nation OUT_DIR [--scale N] [--seed N]` writes units.csv (the ministries), centres.csv,
procedures.csv, dossiers-2022.csv, dossiers-2023.csv, indices.csv and connections.csv, as `sohoa import` reads them. The
numbers of centres and the shares are those that were published for the first nine months of 2022 and 2023; dossiers are
few (about 45,000 at scale 1, times N). The same seed and scale give the same register. It holds no person.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Centre, Channel, Component, Dossier, DossierStatus, Level, Procedure, Result
from sample_scans import register_files
from sample_scans.nation_places import DIEN_BIEN, centres, ministry_units
from sample_scans.nation_procedures import ON_PAPER, PROCEDURES, RESULT_NAME, procedures_of
from sample_scans.nation_reported import INDICES, connections

__all__ = [
    "DIGITIZING_COUNT",
    "INDICES",
    "PROCEDURES",
    "SEED",
    "both_years",
    "centres",
    "connections",
    "dossiers",
    "write",
]

SEED = 2023
YEARS = (2022, 2023)
DAYS = 273
"""January to September."""
DIGITIZING_COUNT = 9_200
DIGITIZING_MINISTRIES = 20

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """At scale 1: dossiers whose result is a document, and those of them that got it electronically."""

    dossiers: int
    e_results: int


SHARES = {
    (2022, Level.MINISTRY): Share(dossiers=5_000, e_results=539),  # 10.78 %
    (2023, Level.MINISTRY): Share(dossiers=2_500, e_results=612),  # 24.48 %
    (2022, Level.PROVINCE): Share(dossiers=10_000, e_results=1_314),  # 13.14 %
    (2023, Level.PROVINCE): Share(dossiers=25_000, e_results=9_735),  # 38.94 %
}
"""By year, for ministries and for the localities (all other levels)."""

_BUSY = {Level.MINISTRY: 1.0, Level.PROVINCE: 6.0, Level.DISTRICT: 3.0, Level.COMMUNE: 1.0}
"""How many dossiers a centre gets beside another."""
_DIEN_BIEN_EACH, _DIEN_BIEN_SHARE = 5, 0.8


def dossiers(year: int, *, scale: int = 1, seed: int = SEED) -> Iterator[Dossier]:
    """The dossiers of January to September of 2022 or 2023, centre by centre."""
    places = centres()
    digitizing = _digitizing(places, seed)
    received, issued = _plan(places, digitizing, year, scale, seed)
    for index, centre in enumerate(places):
        rng = np.random.default_rng([seed, year, index])
        yield from _of_centre(centre, int(received[index]), int(issued[index]), bool(digitizing[index]), year, rng)


# --- how many -----------------------------------------------------------------------------------------------


def _digitizing(places: Sequence[Centre], seed: int) -> NDArray[np.bool_]:
    """Which centres digitize in 2023: all of Điện Biên, most ministries, elsewhere the larger ones more often."""
    rng = np.random.default_rng([seed, 1])
    provinces = sorted({centre.province for centre in places})
    eager = dict(zip(provinces, rng.uniform(0.5, 3.0, len(provinces)), strict=True))
    weights = np.array([_BUSY[centre.level] * eager[centre.province] for centre in places])
    order = rng.random(len(places)) ** (1 / weights)  # weighted sampling without replacement: the highest are drawn
    ministry = np.array([centre.level is Level.MINISTRY for centre in places])
    certain = np.array([centre.province == DIEN_BIEN for centre in places])
    chosen = certain.copy()
    chosen[np.flatnonzero(ministry)[:DIGITIZING_MINISTRIES]] = True
    others = np.flatnonzero(~ministry & ~certain)
    others = others[np.argsort(-order[others], kind="stable")]
    chosen[others[: DIGITIZING_COUNT - int(chosen.sum())]] = True
    return chosen


def _plan(
    places: Sequence[Centre], digitizing: NDArray[np.bool_], year: int, scale: int, seed: int
) -> tuple[Counts, Counts]:
    """By centre: dossiers whose result is a document, and how many got it electronically."""
    rng = np.random.default_rng([seed, year, 2])
    ministry = np.array([centre.level is Level.MINISTRY for centre in places])
    known = np.array([centre.province == DIEN_BIEN for centre in places]) & (year == 2023)
    weights = np.array([_BUSY[centre.level] for centre in places])
    received = np.zeros(len(places), np.int64)
    issued = np.zeros(len(places), np.int64)
    for level, group in ((Level.MINISTRY, ministry), (Level.PROVINCE, ~ministry)):
        share = SHARES[year, level]
        least = np.where(known, _DIEN_BIEN_EACH * scale, int(year == 2023))
        received[group] = least[group]
        spare = share.dossiers * scale - int(received[group].sum())
        free = np.flatnonzero(group & ~known)
        received[free] += rng.multinomial(spare, weights[free] / weights[free].sum())
        issued[group & known] = np.round(received[group & known] * _DIEN_BIEN_SHARE).astype(np.int64)
        able = np.flatnonzero(group & ~known & digitizing)
        issued[able] = int(year == 2023)
        spare = share.e_results * scale - int(issued[group].sum())
        issued[able] += rng.multivariate_hypergeometric(received[able] - issued[able], spare, method="marginals")
    return received, issued


# --- the dossiers of a centre -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Papers:
    """The papers of a procedure's dossier, ready made: none digitized, all digitized, all and the first reused."""

    plain: tuple[Component, ...]
    digitized: tuple[Component, ...]
    reused: tuple[Component, ...]
    without_result: tuple[Result, ...]
    with_result: tuple[Result, ...]


def _papers(procedure: Procedure) -> _Papers:
    plain = tuple(Component(code=paper.code, name=paper.name) for paper in procedure.components)
    digitized = tuple(replace(paper, flagged=True) for paper in plain)
    result = (Result(code="KQ01", name=RESULT_NAME),) if procedure.result_is_document else ()
    return _Papers(
        plain=plain,
        digitized=digitized,
        reused=(replace(digitized[0], reused=True), *digitized[1:]),
        without_result=result,
        with_result=tuple(replace(paper, flagged=True) for paper in result),
    )


_PAPERS = {procedure.code: _papers(procedure) for procedure in PROCEDURES}
_CHANNELS = (Channel.IN_PERSON, Channel.ONLINE, Channel.POST)


def _of_centre(
    centre: Centre, received: int, issued: int, digitizing: bool, year: int, rng: np.random.Generator
) -> Iterator[Dossier]:
    with_document, without = procedures_of(centre.level)
    more = (received + 3) // 8  # of procedures whose result is no document
    total = received + more
    chosen = [with_document[i] for i in rng.integers(0, len(with_document), received)]
    # Land, natural resources and environment are what stays on paper longest.
    order = sorted(range(received), key=lambda i: chosen[i].sector in ON_PAPER)
    electronic = set(order[:issued])
    chosen += [without[i] for i in rng.integers(0, len(without), more)]
    days, minutes = np.sort(rng.integers(0, DAYS, total)), rng.integers(0, 480, total)
    chance, channels = rng.random((total, 3)), rng.choice(3, total, p=(0.6, 0.35, 0.05))
    likely = 0.9 if centre.province == DIEN_BIEN and year == 2023 else 0.35 if digitizing else 0.1
    first = datetime(year, 1, 1, 1, tzinfo=UTC)
    positions = rng.permutation(total)
    for serial, at in enumerate(positions, start=1):
        i = int(at)
        moment = first + timedelta(days=int(days[serial - 1]), minutes=int(minutes[i]))
        sure = i in electronic
        scanned = sure or chance[i, 0] < likely
        papers = _PAPERS[chosen[i].code]
        reused = scanned and channels[i] == 1 and chance[i, 1] < 0.4
        pending = not sure and chance[i, 2] < 0.15
        yield Dossier(
            code=f"{centre.code}-{moment:%y%m%d}-{serial:04d}",
            centre=centre.code,
            procedure=chosen[i].code,
            agency=centre.code,
            channel=_CHANNELS[channels[i]],
            status=_pending_status(chance[i, 2]) if pending else DossierStatus.RETURNED,
            received_at=moment,
            resolved_at=None if pending else moment + timedelta(days=1 + int(chance[i, 2] * 9)),
            components=papers.reused if reused else papers.digitized if scanned else papers.plain,
            results=papers.with_result if sure else papers.without_result,
        )


def _pending_status(chance: float) -> DossierStatus:
    """A fifth of those that are not resolved wait for a payment. `chance` is below 0.15."""
    return DossierStatus.PAYMENT_DUE if chance < 0.03 else DossierStatus.PROCESSING


# --- files --------------------------------------------------------------------------------------------------


def write(folder: Path, *, scale: int = 1, seed: int = SEED) -> None:
    register_files.write_units(folder, ministry_units())
    register_files.write_centres(folder, centres())
    register_files.write_procedures(folder, PROCEDURES)
    register_files.write_indices(folder, INDICES)
    register_files.write_connections(folder, connections())
    for year in YEARS:
        register_files.write_dossiers(folder, dossiers(year, scale=scale, seed=seed), f"dossiers-{year}.csv")


def both_years(*, scale: int = 1, seed: int = SEED) -> Iterable[Dossier]:
    """The dossiers of 2022, then those of 2023."""
    return chain.from_iterable(dossiers(year, scale=scale, seed=seed) for year in YEARS)


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the register of a nation as CSV files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=int, default=1, help="times as many dossiers (default: 1, about 45,000)")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    write(given.folder, scale=given.scale, seed=given.seed)


if __name__ == "__main__":
    main()
