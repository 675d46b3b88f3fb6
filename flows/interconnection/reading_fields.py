"""What was read of persons and firms on a document, from the objects that its reading left."""

from __future__ import annotations

from collections.abc import Mapping

from flows.services import Services
from pipeline import keys
from pipeline.errors import FieldsDoubtful, NotFound
from pipeline.model import Artifact, FieldRead, PaperFields, Reading
from pipeline.output import hocr, manifest
from pipeline.understanding.fields import agreeing, find

OWNER = ("id", "name", "born")
"""What the population database is asked by."""
FIRM = ("code", "name", "owner")


def fields_of(services: Services, document: str) -> PaperFields:
    """Everything that was read on a document by its labels. Raises NotFound where it was not read yet."""
    reading = _reading(services, document)
    key = reading.artifacts.get(Artifact.HOCR) or keys.reading(document, reading.identity.id, Artifact.HOCR)
    return find.find(hocr.parse(services.objects.get(key)))


def owner_of(services: Services, document: str) -> Mapping[str, FieldRead]:
    """Of the owner of the paper, from the scan and its slip. Raises NotFound."""
    slips = manifest.parse_slips(services.objects.get(manifest.key_of(_reading(services, document))))
    return agreeing.owner(fields_of(services, document), slips)


def firm_of(services: Services, document: str) -> Mapping[str, FieldRead]:
    """Of the business or household business. Raises NotFound."""
    return agreeing.firm(fields_of(services, document))


def settled(read: Mapping[str, FieldRead], given: Mapping[str, str], wanted: tuple[str, ...]) -> dict[str, str]:
    """The values to ask with: what an officer gives stands, what was read surely need not be given. Raises
    FieldsDoubtful, which names what the officer has to confirm or to give."""
    values = {name: given.get(name, "") or (read[name].value if name in read else "") for name in wanted}
    doubtful = [name for name in wanted if not given.get(name) and name in read and read[name].doubtful]
    missing = [name for name in wanted if not values[name]]
    if doubtful or missing:
        said = [f"{name} is doubtful ({', '.join(read[name].doubts) or 'letters'})" for name in doubtful]
        raise FieldsDoubtful("; ".join([*said, *(f"{name} was not read" for name in missing)]))
    return values


def _reading(services: Services, document: str) -> Reading:
    view = services.catalogue.shelf.view(document)
    if view is None or view.reading is None:
        raise NotFound(f"document {document} has not been read.")
    return view.reading
