"""digitize, search, show, get, match, retry: documents."""

from __future__ import annotations

import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows.direct import digitize_file
from flows.matching import record_match, withdraw_match
from flows.services import Services
from pipeline import keys
from pipeline.clock import local, now
from pipeline.errors import NotFound, SohoaError, UsageError
from pipeline.model import Artifact, Match, MatchSource, MediaType, PaperKind, Withdrawal
from pipeline.ports import DocumentView
from sohoa import console
from sohoa.console import err, out


def add_to(app: typer.Typer) -> None:
    for command in (digitize, search, show, get, match, retry):
        app.command(rich_help_panel="Documents")(command)


def digitize(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="PDF, TIFF, JPEG or PNG files.")],
    output: Annotated[Path | None, typer.Option(help="Folder for what is made; default: beside each file.")] = None,
    profile: Annotated[str | None, typer.Option(help="How to read; `sohoa models list` shows the profiles.")] = None,
) -> None:
    """Read files at once, without server or database.

    Makes NAME.txt (the text), NAME.hocr (words with their places) and NAME.searchable.pdf (the pages as they are, with
    the text laid over the words). The file itself is never changed.
    """
    worst = 0
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err
    ) as progress:
        for file in files:
            task = progress.add_task(file.name, total=None)
            try:
                made = digitize_file(
                    file,
                    output or file.parent,
                    profile=profile,
                    progress=lambda done, total, task=task: progress.update(task, completed=done, total=total),  # type: ignore[misc]
                )
            except SohoaError as error:
                progress.update(task, total=1)
                err.print(f"[bold red]{error.code}[/] {file}: {error}", soft_wrap=True)
                worst = max(worst, error.exit_code)
                continue
            for path in made:
                out.print(path, soft_wrap=True)
    if worst:
        sys.exit(worst)


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words that must all be on one page.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many pages.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find pages by their words.

    A word with tone marks is found only with them; one without is found in any marking: `dat` finds đất and đạt.
    """
    with console.services(context) as services:
        hits = services.catalogue.shelf.search(" ".join(words), limit)
    rows = [{"document": hit.document, "page": hit.page, "text": hit.snippet} for hit in hits]
    console.show(rows, as_json=as_json, empty="Nothing found.")


Document = Annotated[str, typer.Argument(help="A document's id, or its beginning.")]


def show(
    context: typer.Context,
    document: Document,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Everything known of a document: receipts, reading, dossier."""
    with console.services(context) as services:
        view = _view(services, document)
    reading = view.reading
    facts: dict[str, Any] = {
        "document": view.document.id,
        "state": view.state.value,
        "error": view.error,
        "pages": view.document.pages,
        "originals": [part.sha256 for part in view.document.parts],
        "receipts": [
            {"at": f"{local(r.received_at):%Y-%m-%d %H:%M:%S}", "centre": r.centre, "file": r.name}
            for r in view.receipts
        ],
        "dossiers": [
            {"dossier": m.dossier, "kind": m.kind.value, "paper": m.paper, "by": m.source.value} for m in view.matches
        ],
        "reading": reading
        and {
            "profile": reading.identity.profile,
            "at": f"{local(reading.read_at):%Y-%m-%d %H:%M:%S}",
            "words": reading.words,
            "confidence": round(reading.confidence, 3),
            "failed pages": list(reading.failed_pages),
        },
    }
    if as_json:
        console.print_json(facts)
        return
    for name, value in facts.items():
        for item in value if isinstance(value, list) else [value]:
            if item:
                text = ", ".join(f"{key} {fact}" for key, fact in item.items()) if isinstance(item, dict) else item
                out.print(f"{name:10} {text}", soft_wrap=True, markup=False)
    if reading is not None and reading.texts:
        out.print(f"\n{reading.texts[0][:800]}", markup=False, soft_wrap=True)


class What(StrEnum):
    ORIGINAL = "original"
    TEXT = "text"
    HOCR = "hocr"
    PDF = "pdf"
    MANIFEST = "manifest"


ARTIFACTS = {
    What.TEXT: Artifact.TEXT,
    What.HOCR: Artifact.HOCR,
    What.PDF: Artifact.PDF,
    What.MANIFEST: Artifact.MANIFEST,
}
SUFFIXES = {MediaType.PDF: ".pdf", MediaType.TIFF: ".tif", MediaType.JPEG: ".jpg", MediaType.PNG: ".png"}


def get(
    context: typer.Context,
    document: Document,
    what: Annotated[What, typer.Option(help="Which of its files.")] = What.PDF,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; default: named after it.")
    ] = None,
) -> None:
    """Get a document's original, text, hOCR, searchable PDF or manifest out of the store, checked against its hash.

    A document of several originals gives one file for each.
    """
    with console.services(context) as services:
        view = _view(services, document)
        for key, path in _files(services, view, what, output):
            if path.exists():
                raise UsageError(f"{path} is there already; name another file with --output.")
            temporary = path.with_name(f".{path.name}.part")
            services.objects.fetch(key, temporary)
            shutil.move(temporary, path)
            out.print(path, soft_wrap=True)


def _files(services: Services, view: DocumentView, what: What, output: Path | None) -> list[tuple[str, Path]]:
    """Keys in the store, and the files to write them to."""
    if what is not What.ORIGINAL:
        if view.reading is None:
            raise NotFound(f"Document {view.document.id} has not been read yet; its original is there.")
        artifact = ARTIFACTS[what]
        name = f"{view.document.id}{'.searchable' if what is What.PDF else ''}{Path(artifact.value).suffix}"
        return [(view.reading.artifacts[artifact], output or Path(name))]
    files = []
    for part in view.document.parts:
        original = services.catalogue.receipts.original(part.sha256)
        suffix = SUFFIXES[original.media_type] if original else ""
        files.append((keys.original(part.sha256), output or Path(f"{part.sha256[:12]}{suffix}")))
    if output is not None and len(files) > 1:
        raise UsageError("The document has several originals; leave --output out.")
    return files


def match(
    context: typer.Context,
    document: Annotated[
        str | None, typer.Argument(help="A document's id; without it, the list of those that wait.")
    ] = None,
    dossier: Annotated[str | None, typer.Argument(help="The code of the dossier it belongs to.")] = None,
    component: Annotated[str | None, typer.Option(help="It is this component of the dossier.")] = None,
    result: Annotated[str | None, typer.Option(help="It is this result of the dossier.")] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back what was said by hand, of DOSSIER or of all.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say by hand which paper of which dossier a document is. Your word goes before what sohoa found by itself.

    A word given by mistake is taken back with --withdraw: sohoa then looks for the dossier by itself again.
    """
    with console.services(context) as services:
        if document is None:
            rows = [
                {
                    "document": view.document.id,
                    "centre": view.receipts[0].centre if view.receipts else "",
                    "file": view.receipts[0].name if view.receipts else "",
                    "begins": " ".join(view.reading.texts[0].split()[:12])
                    if view.reading and view.reading.texts
                    else "",
                }
                for view in services.catalogue.shelf.unmatched(200)
            ]
            console.show(rows, as_json=as_json, empty="Every document has its dossier.")
            return
        if withdraw:
            _withdraw(services, document, dossier or "")
            return
        if dossier is None or (component is None) == (result is None):
            raise UsageError("Name the dossier, and either --component or --result.")
        view = _view(services, document)
        kind, paper = (PaperKind.COMPONENT, component) if component is not None else (PaperKind.RESULT, result)
        _check_paper(services, dossier, kind, paper or "")
        record_match(
            services,
            Match(
                document=view.document.id,
                dossier=dossier,
                kind=kind,
                paper=paper or "",
                source=MatchSource.MANUAL,
                matched_at=now(),
            ),
        )
        out.print(f"{view.document.id} is {kind.value} {paper} of {dossier}")


def _withdraw(services: Services, document: str, dossier: str) -> None:
    id_ = _view(services, document).document.id
    gone = withdraw_match(services, Withdrawal(document=id_, dossier=dossier, withdrawn_at=now()))
    if not gone:
        raise NotFound(f"Nothing was said of {id_} by hand" + (f" with dossier {dossier}." if dossier else "."))
    for match in gone:
        out.print(f"{id_} is no longer {match.kind.value} {match.paper} of {match.dossier} by hand")
    for match in _view(services, id_).matches:
        out.print(f"{id_} is {match.kind.value} {match.paper} of {match.dossier} by {match.source.value}")


def _check_paper(services: Services, code: str, kind: PaperKind, paper: str) -> None:
    found = services.catalogue.lookup.dossiers([code])
    if not found:
        raise NotFound(f"Dossier {code} is not in the register; import it first.")
    papers = found[0].components if kind is PaperKind.COMPONENT else found[0].results
    if paper not in {p.code for p in papers}:
        known = ", ".join(f"{p.code} ({p.name})" for p in papers) or "none"
        raise NotFound(f"Dossier {code} has no {kind.value} {paper}; it has: {known}.")


def retry(
    context: typer.Context,
    documents: Annotated[list[str] | None, typer.Argument(help="Ids of documents.")] = None,
    failed: Annotated[bool, typer.Option(help="All that have failed.")] = False,
) -> None:
    """Read documents again. Their present reading stays until the new one is complete."""
    with console.services(context) as services:
        ids = [_view(services, document).document.id for document in documents or []]
        if failed:
            ids += [view.document.id for view in services.catalogue.shelf.failed(10_000)]
        if not ids:
            raise UsageError("Name documents, or give --failed.")
        waiting = services.catalogue.retry.retry(ids, now())
    out.print(f"{len(waiting)} documents wait to be read again; a running `sohoa up` takes them within minutes")


def _view(services: Services, document: str) -> DocumentView:
    view = services.catalogue.shelf.view(document)
    if view is None:
        raise NotFound(f"Document {document}.")
    return view
