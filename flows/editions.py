"""Publishing reports as editions that stay as they are, serving them, and computing them again."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from flows.publishing import inputs_of, named_dossiers
from flows.services import Services
from pipeline import keys
from pipeline.errors import CatalogueUnavailable, IntegrityError, NotFound
from pipeline.indicators import editions, inputs
from pipeline.indicators.editions import Change, Edition, StoredFile
from pipeline.indicators.inputs import Inputs
from pipeline.indicators.report import EditionMark, Report
from pipeline.output.report_files import Format, render


def publish(
    services: Services, gathered: Inputs, now: datetime, by: str, formats: Collection[Format] = tuple(Format)
) -> tuple[Edition, Report]:
    """Computes a report and stores it as the next edition: its files, figures and inputs as objects, then the row. The
    editions of a report that is mapped to the units of a day are numbered for themselves.

    Raises NotFound for an unknown code, CatalogueUnavailable where somebody else published it at the same moment.
    """
    catalogue = services.catalogue
    report = inputs.compute(gathered, now, named_dossiers(services, gathered))
    last = catalogue.editions.latest(report.file_name)
    now_figures = editions.figures(report)
    changes = editions.differences(figures_of(services, last), now_figures) if last else ()
    number = last.number + 1 if last else 1
    report = replace(report, edition=EditionMark(number=number, published_by=by, changed=len(changes)))
    source = inputs.dump(gathered)

    def put(name: str, data: bytes) -> StoredFile:
        stored = services.objects.put(keys.edition(now, report.file_name, number, name), data)
        return StoredFile(key=stored.key, sha256=stored.sha256)

    edition = Edition(
        scope=report.scope,
        code=report.code,
        period=report.period,
        number=number,
        published_at=now,
        as_of=now,
        published_by=by,
        definitions={definition.name: definition.version for definition in report.definitions},
        inputs_sha256=inputs.digest(source),
        inputs=put("inputs.json.gz", gzip.compress(source, mtime=0)),
        figures=put("figures.json", editions.dump_figures(now_figures)),
        files={form.value: put(f"{report.file_name}.{form}", render(report, form)) for form in formats},
        changes=editions.headline(changes, report),
        changed=len(changes),
        units_on=report.units_on,
    )
    put("edition.json", editions.dump(edition))
    if not catalogue.editions.record(edition):
        raise CatalogueUnavailable(f"{edition.name} was published by somebody else at this moment; publish again.")
    return edition, report


def find(services: Services, name: str) -> Edition:
    """Raises NotFound."""
    edition = services.catalogue.editions.find(name)
    if edition is None:
        raise NotFound(f"edition {name}; `sohoa edition list` shows all.")
    return edition


def fetch(services: Services, stored: StoredFile) -> bytes:
    """The bytes as they were published. Raises IntegrityError where they are not, ObjectNotFound."""
    data = services.objects.get(stored.key)
    if hashlib.sha256(data).hexdigest() != stored.sha256:
        raise IntegrityError(f"{stored.key} is not what was published.")
    return data


def figures_of(services: Services, edition: Edition) -> editions.Figures:
    return editions.load_figures(fetch(services, edition.figures))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """An edition computed again. `recomputed` are differences on its own stored inputs: none, unless a definition
    counts differently in this version. `since` are those on the catalogue as it is now: what a new edition changes."""

    recomputed: tuple[Change, ...]
    since: tuple[Change, ...]


def check(services: Services, edition: Edition, now: datetime) -> Check:
    """Every stored file is read and compared with its hash, too. Raises IntegrityError, ObjectNotFound."""
    for stored in edition.files.values():
        fetch(services, stored)
    published = figures_of(services, edition)
    source = gzip.decompress(fetch(services, edition.inputs))
    if inputs.digest(source) != edition.inputs_sha256:
        raise IntegrityError(f"the inputs of {edition.name} are not those that were published.")
    again = inputs.compute(inputs.load(source), edition.as_of)
    gathered = inputs_of(services, edition.scope, edition.code, edition.period, units_on=edition.units_on)
    current = inputs.compute(gathered, now)
    return Check(
        recomputed=editions.differences(published, editions.figures(again)),
        since=editions.differences(published, editions.figures(current)),
    )
