import random
import unicodedata

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.model import DocumentState
from pipeline.ports import DocumentShelf
from storage.catalogue import Catalogue
from tests.storage.catalogue_builders import NOW, dossier, drop, fill_register, match, read


def found(catalogue: Catalogue, words: str) -> list[tuple[str, int]]:
    shelf: DocumentShelf = catalogue.shelf
    return sorted((hit.document, hit.page) for hit in shelf.search(words, 100))


def test_a_document_is_found_by_an_unambiguous_beginning_of_its_id(catalogue: Catalogue) -> None:
    ids = [drop(catalogue, number).id for number in range(100)]
    assert len({id_[:6] for id_ in ids}) == 100
    for id_ in (ids[0], ids[1][:6], ids[2][:12]):
        view = catalogue.shelf.view(id_)
        assert view is not None and view.document.id.startswith(id_)
    absent = next(f"{n:06x}" for n in range(10**6) if f"{n:06x}" not in {id_[:6] for id_ in ids})
    for wrong in (ids[0][:5], absent, "", "%%%%%%", ids[0].upper()[:6] + "G", ids[0] + "0"):
        assert catalogue.shelf.view(wrong) is None


PAGES_WITH: dict[str, list[int]] = {
    "đất": [1],
    "dat": [1, 2],
    "đat": [1, 2],
    "ĐẤT": [1],
    "đạt": [2],
    "dật": [],
    "dien bien": [1, 3],
    "biên điện": [1],
    "điện ban": [],
    "thủy": [2],
    "thuỷ": [2],
    "thuy": [2],
    "218/QĐ-UBND": [1],
    "218/qd-ubnd": [1],
    "ubnd-218": [],
    "H18.25-230914-0012": [3],
    "h18.25-230914": [3],
    "25-230914-0012.H18": [],
    "(đất)": [1],
    '"dat" OR "bien"': [],
    "bie": [],
    "": [],
    "!?*": [],
}


def test_words_are_found_with_their_marks_or_in_any(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    texts = (
        "Quyết định số 218/QĐ-UBND về đất ở tại Điện Biên",
        "Chị Thủy không đạt yêu cầu",
        "Ma ho so H18.25-230914-0012, Dien Bien",
    )
    read(catalogue, document, *texts)
    for words, pages in PAGES_WITH.items():
        for spelled in (words, unicodedata.normalize("NFD", words)):
            assert (words, found(catalogue, spelled)) == (words, [(document.id, page) for page in pages])


def test_all_words_stand_on_one_page(catalogue: Catalogue) -> None:
    one, two = drop(catalogue, 1), drop(catalogue, 2)
    read(catalogue, one, "giấy khai sinh", "sổ hộ khẩu")
    read(catalogue, two, "giấy khai sinh và sổ hộ khẩu")
    assert found(catalogue, "khai sinh hộ khẩu") == [(two.id, 1)]


def test_the_page_that_says_it_more_often_comes_first(catalogue: Catalogue) -> None:
    rare, often = drop(catalogue, 1), drop(catalogue, 2)
    filler = " ".join(f"chữ{n}" for n in range(40))
    read(catalogue, rare, f"khai sinh {filler}")
    read(catalogue, often, f"khai sinh, khai sinh, khai sinh {filler}")
    hits = catalogue.shelf.search("khai sinh", 10)
    assert [hit.document for hit in hits] == [often.id, rare.id]
    assert [hit.document for hit in catalogue.shelf.search("khai sinh", 1)] == [often.id]


def test_the_snippet_shows_the_words_as_they_are_written(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    read(catalogue, document, "một hai ba bốn năm sáu bảy TÁM\n\nchín, 218/QĐ-UBND; mười " + "cuối " * 30)
    (hit,) = catalogue.shelf.search("tam 218/qđ-ubnd", 10)
    assert hit.snippet.startswith("…hai ba bốn năm sáu bảy [TÁM] chín, [218/QĐ-UBND]; mười cuối")
    assert hit.snippet.endswith("cuối…")
    assert len(hit.snippet.split()) < 25


def test_text_that_no_database_takes_can_be_stored_and_searched(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    read(catalogue, document, "trước\x00sau \ud800 'nháy' Kʼho \\ \" % " + "x" * 5000, "")
    for words in ("sau", "nháy", "k'ho", "kʼho", "x" * 5000, "x" * 100):
        assert found(catalogue, words) == [(document.id, 1)]


def test_a_page_of_more_words_than_are_indexed_is_found_by_its_beginning(catalogue: Catalogue) -> None:
    document = drop(catalogue, 1)
    source = random.Random(1)
    read(catalogue, document, "đầu " + " ".join(f"{source.getrandbits(100):x}" for _ in range(30_000)))
    assert found(catalogue, "đầu") == [(document.id, 1)]


_SIGNS = st.sampled_from(
    ['"', "'", "*", "(", ")", ":", "^", "-", "+", "\\", "&", "|", "!", "<->", " ", "OR", "AND", "NOT", "NEAR", "NEAR(",
     "marked:", "{folded}", "đất", "dat", "\x00", "ﬁ", "İ", "\u0301", "ß", "²", "٣", "中文", "𝟘", "Ⅷ", "_"]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(words=st.lists(_SIGNS | st.text(max_size=8), max_size=8).map("".join))
@example(words=" ".join(f"w{n}" for n in range(5000)))
@example(words="a-" * 5000)
def test_no_query_is_an_error_and_every_page_is_found_by_its_own_words(catalogue: Catalogue, words: str) -> None:
    document = drop(catalogue, 1)
    catalogue.retry.retry([document.id], NOW)
    read(catalogue, document, f"đất {words}")
    catalogue.shelf.search(words, 3)
    words_of_page = [word for word in words.split() if any(c.isalnum() and c != "ʼ" for c in word)]
    if words_of_page and len(words) < 1000:
        assert found(catalogue, words) == [(document.id, 1)]
        assert "[" in catalogue.shelf.search(words, 3)[0].snippet


def test_read_documents_without_a_dossier_are_unmatched(catalogue: Catalogue) -> None:
    fill_register(catalogue, dossier(1))
    second, first = drop(catalogue, 1, at=9), drop(catalogue, 2, at=8)
    unread, matched = drop(catalogue, 3), drop(catalogue, 4)
    for document in (second, first, matched):
        read(catalogue, document)
    catalogue.matches.record([match(matched, dossier(1))])
    assert [view.document for view in catalogue.shelf.unmatched(10)] == [first, second]
    assert [view.document for view in catalogue.shelf.unmatched(1)] == [first]
    view = catalogue.shelf.view(matched.id)
    assert view is not None and view.matches == (match(matched, dossier(1)),)
    view = catalogue.shelf.view(unread.id)
    assert view is not None and view.reading is None and view.matches == ()


def test_every_state_is_counted(catalogue: Catalogue) -> None:
    assert catalogue.activity.workload().documents == dict.fromkeys(DocumentState, 0)
    drop(catalogue, 1)
    read(catalogue, drop(catalogue, 2))
    assert catalogue.activity.workload().documents == {
        **dict.fromkeys(DocumentState, 0),
        DocumentState.RECEIVED: 1,
        DocumentState.DONE: 1,
    }


def test_what_clerks_wait_for_is_counted(catalogue: Catalogue) -> None:
    assert catalogue.activity.waiting() == 0
    drop(catalogue, 1)
    drop(catalogue, 2)
    read(catalogue, drop(catalogue, 3))
    assert catalogue.activity.waiting() == catalogue.activity.workload().waiting == 2
