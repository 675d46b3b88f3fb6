import math
import tarfile
from pathlib import Path

import numpy as np
import pytest

from ocr_models import language
from ocr_models.line_reader import DATA
from ocr_models.manifest import verify
from ocr_models.train import language as train
from pipeline.errors import ModelAltered, ModelMissing, NotFound, UsageError
from pipeline.ports import END, START

TEXT = "Ủy ban nhân dân tỉnh Điện Biên; ngày 7 tháng 5.\n" * 4 + "Ủy ban nhân dân xã Mường Phăng.\n" * 3


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.txt").write_text(TEXT, "utf-8")
    (folder / "inner" / "a.txt").write_text("Căn cứ Luật Tổ chức chính quyền địa phương.\n" * 5, "utf-8")
    return folder


def test_the_same_corpus_gives_the_same_bytes_as_folder_and_as_tar(corpus: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "corpus.tar.xz", "w:xz") as tar:
        tar.add(corpus, arcname="x")
    for source, out in ((corpus, "one.npz"), (corpus, "two.npz"), (tmp_path / "corpus.tar.xz", "three.npz")):
        train.save(train.count(train.texts(source)), tmp_path / out)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "three.npz").read_bytes()


def test_a_text_of_the_provinces_own_is_learnt(corpus: Path, tmp_path: Path) -> None:
    before = language.TrigramLanguageModel(train.count(train.texts(corpus)))
    (corpus / "own.txt").write_text("Bản Nậm Pồ, xã Nà Hỳ.\n" * 3, "utf-8")
    after = language.TrigramLanguageModel(train.count(train.texts(corpus)))
    assert not before.knows("pồ")
    assert after.knows("pồ")
    assert after.log_probability("bản", "nậm", "pồ") > before.log_probability("bản", "nậm", "pồ")


def test_probabilities_of_what_may_follow_add_up_to_one(corpus: Path) -> None:
    counts = train.count(train.texts(corpus))
    model = language.TrigramLanguageModel(counts)
    for before, last in ((END, START), ("nhân", "dân"), ("ban", "xã")):
        total = sum(math.exp(model.log_probability(before, last, token)) for token in counts.vocabulary)
        assert total == pytest.approx(1.0, abs=0.02)


def test_what_was_seen_is_likelier_than_what_was_not(corpus: Path) -> None:
    model = language.TrigramLanguageModel(train.count(train.texts(corpus)))
    assert model.log_probability("nhân", "dân", "tỉnh") > model.log_probability("nhân", "dân", "ngày")
    assert model.log_probability("điện", "biên", "phủ") < model.log_probability("tỉnh", "điện", "biên")


def test_names_are_known_and_not_unlikely(corpus: Path) -> None:
    counts = train.count(train.texts(corpus))
    with_names = language.TrigramLanguageModel(counts, ["quàng", "lò"])
    assert with_names.knows("quàng")
    assert "lò" in with_names.same_letters("lo")
    without = language.TrigramLanguageModel(counts)
    assert with_names.log_probability("", "ông", "quàng") > without.log_probability("", "ông", "quàng")


def test_comments_in_a_list_of_names_are_no_names(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("# Thái\nLò Quàng # two surnames\n\nVừ A\n", "utf-8")
    assert language.read_names(tmp_path / "names.txt") == ["a", "lò", "quàng", "vừ"]


def test_a_corpus_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        list(train.texts(tmp_path / "nowhere"))
    with pytest.raises(UsageError):
        train.count(train.texts(tmp_path))
    (tmp_path / "not.tar").write_bytes(b"no tar")
    with pytest.raises(UsageError):
        list(train.texts(tmp_path / "not.tar"))


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"language\.npz"):
        language.load(tmp_path / "language.npz")
    (tmp_path / "language.npz").write_bytes(b"not a model")
    with pytest.raises(ModelAltered, match=r"language\.npz"):
        language.load(tmp_path / "language.npz")


def test_the_committed_model_is_small_verified_and_knows_the_north_west() -> None:
    path, names = DATA / "language.npz", DATA / "names.txt"
    verify("language.npz", path)
    verify("names.txt", names)
    assert path.stat().st_size < 3_000_000
    model = language.load(path, names)
    for syllable in ("lò", "quàng", "vừ", "thào", "giàng", "mùa", "lường", "nguyễn", "điện", "biên"):
        assert model.knows(syllable)
    assert model.log_probability("ủy", "ban", "nhân") > model.log_probability("ủy", "ban", "nhận")


def test_counts_saved_are_counts_loaded(corpus: Path, tmp_path: Path) -> None:
    counts = train.count(train.texts(corpus))
    train.save(counts, tmp_path / "m.npz")
    loaded, made = language.load(tmp_path / "m.npz"), language.TrigramLanguageModel(counts)
    for context in ((END, START), ("nhân", "dân"), ("x", "y")):
        assert np.isclose(loaded.log_probability(*context, "tỉnh"), made.log_probability(*context, "tỉnh"))
