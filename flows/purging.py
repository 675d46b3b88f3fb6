"""The only deletion there is: a paper marked as a state secret that was found while it was read.

The tombstone as an object comes first, so that whoever goes on after a crash knows what is to be done; its row comes
last. What was read in any document with pages of the same file goes too, and the receipts stay.
"""

from __future__ import annotations

import logging
from datetime import datetime

from flows.services import Services
from pipeline import keys
from pipeline.errors import ConfigurationError, SecretPaper, Transient
from pipeline.intake.rules import gate_of
from pipeline.intake.withdraw import withdraw
from pipeline.model import Action, Document, Rule, Tombstone
from pipeline.output import manifest

log = logging.getLogger(__name__)


def is_purged(services: Services, document: Document) -> bool:
    """Whether a page of the document lies in a file that has a tombstone, be its purge complete or not."""
    return any(services.objects.stat(keys.tombstone(sha256)) is not None for sha256 in _originals(document))


def refuses_secrets(services: Services, centre: str) -> bool:
    """Whether the centre's gate does not let papers with a mark of secrecy in."""
    return gate_of(services.catalogue.gate.settings(centre))[Rule.SECRECY].action is Action.REFUSE


def purge(services: Services, document: Document, now: datetime) -> None:
    """Removes the document's originals and all that was read in them. May be repeated."""
    for sha256 in _originals(document):
        tombstone = Tombstone(sha256=sha256, code=SecretPaper.code, document=document.id, purged_at=now)
        if services.objects.stat(keys.tombstone(sha256)) is None:
            services.objects.put(keys.tombstone(sha256), manifest.canonical(tombstone))
        for concerned in services.catalogue.receipts.documents(sha256):
            for key in list(services.objects.keys(keys.readings(concerned.id))):
                services.objects.purge(key)
        services.objects.purge(keys.original(sha256))
        _withdraw(services, document, sha256)
        if services.catalogue.tombstones.record(tombstone):
            log.warning("purged: original %s of document %s, %s", sha256, document.id, SecretPaper.code)


def _withdraw(services: Services, document: Document, sha256: str) -> None:
    """Moves what the clerks dropped from done/ to rejected/, as far as this machine sees the folders."""
    settings = services.settings
    original = services.catalogue.receipts.original(sha256)
    for receipt in services.catalogue.receipts.of_document(document.id):
        if original is None or receipt.sha256 != sha256:
            continue
        try:
            moved = withdraw(
                receipt, original, SecretPaper(), done=settings.done_folder, rejected=settings.rejected_folder
            )
            reason = "not found here"
        except (Transient, ConfigurationError) as error:
            moved, reason = [], str(error)
        if not moved:
            log.warning("the copy in done/ was not moved: receipt %s, %s", receipt.id, reason)


def _originals(document: Document) -> list[str]:
    return list(dict.fromkeys(part.sha256 for part in document.parts))
