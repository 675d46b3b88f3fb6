"""Pages of what no language model foresees: rare names, names of the north-west, codes, and tables of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sample_scans.drawing import SamplePage
from sample_scans.pages import draw_lines

FAMILIES = (
    "Lò", "Quàng", "Cà", "Lường", "Tòng", "Điêu", "Vì", "Mè", "Bạc", "Cầm", "Đèo", "Lèo", "Khoàng", "Vừ", "Thào",
    "Giàng", "Sùng", "Mùa", "Hờ", "Hạng", "Chá", "Cứ", "Lầu", "Sình", "Phàng", "Và", "Vàng", "Cháng", "Tẩn", "Phàn",
    "Chẻo", "Bàn", "Pờ", "Lỳ", "Sừng", "Mạ", "Moong",
)  # fmt: skip
BETWEEN = ("A", "Văn", "Thị", "Thị", "Văn", "Seo", "Páo", "Minh", "Sính")
GIVEN = (
    "Pánh", "Ún", "Thoản", "Hặc", "Ọi", "Pỏm", "Bươi", "Inh", "Pâng", "Hom", "Ỏm", "Phớ", "Chựa", "Khụt", "Lả", "Ín",
    "Dế", "Sử", "Chớ", "Lềnh", "Páo", "Dợ", "Mỷ", "Sua", "Chở", "Pàng", "Chống", "Dình", "Lử", "Nủ", "Sếnh", "Tủa",
    "Vảng", "Khua", "Giống", "Dơ", "Chía", "Súa", "Phứ", "Thếnh", "Nhìa", "Xé", "Vạ", "Nếnh", "Giả", "Chìa",
)  # fmt: skip
PLACES = (
    "Huổi Só", "Sín Chải", "Pá Vạt", "Phì Nhừ", "Xa Dung", "Keo Lôm", "Tìa Dình", "Háng Lìa", "Sá Tổng", "Hừa Ngài",
    "Huổi Lèng", "Chà Tở", "Nậm Khăn", "Sen Thượng", "Leng Su Sìn", "Nậm Kè", "Pá Mỳ", "Mường Toong", "Na Cô Sa",
    "Tả Sìn Thàng", "Lao Xả Phình", "Trung Thu", "Huổi Mí", "Mường Đăng", "Ẳng Cang", "Búng Lao", "Chiềng Sinh",
)  # fmt: skip
_STARTS = ("b", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "nh", "p", "ph", "s", "t", "th", "v", "x")
_VOWELS = ("á", "à", "ả", "ạ", "ấ", "ầ", "ẩ", "ẳ", "ặ", "é", "ẻ", "ế", "ề", "ệ", "í", "ỉ", "ó", "ỏ", "ố", "ổ", "ớ", "ở",
           "ợ", "ú", "ủ", "ụ", "ứ", "ử", "ữ", "ự")  # fmt: skip
_ENDS = ("", "", "n", "ng", "nh", "m", "t", "p", "c", "i", "o")


def _one(rng: np.random.Generator, of: Sequence[str]) -> str:
    return of[int(rng.integers(len(of)))]


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(str(rng.integers(10)) for _ in range(count))


def north_west(rng: np.random.Generator) -> str:
    """ "Thào A Chớ, bản Huổi Só; Lò Thị Pỏm, bản Sín Chải"."""
    people = (
        f"{_one(rng, FAMILIES)} {_one(rng, BETWEEN)} {_one(rng, GIVEN)}, bản {_one(rng, PLACES)}" for _ in range(2)
    )
    return "; ".join(people)


def rare(rng: np.random.Generator) -> str:
    """Names of syllables that may be in no list: any beginning, any vowel with any tone, any end."""
    names = (
        " ".join(
            (_one(rng, _STARTS) + _one(rng, _VOWELS) + _one(rng, _ENDS)).capitalize() for _ in range(rng.integers(2, 4))
        )
        for _ in range(4)
    )
    return ", ".join(names)


def codes(rng: np.random.Generator) -> str:
    """Dossier codes, document symbols, identity and procedure codes."""
    day = f"{rng.integers(19, 27):02d}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}"
    return _one(
        rng,
        (
            f"Hồ sơ H{rng.integers(1, 64):02d}.{rng.integers(1, 150)}-{day}-{_digits(rng, 4)}, số {_digits(rng, 12)}",
            f"Số: {rng.integers(1, 3000)}/QĐ-UBND; số {rng.integers(1, 900)}/TTr-STNMT; {rng.integers(1, 99)}/NQ-HĐND",
            f"Thủ tục 1.{_digits(rng, 6)}.000.00.00.H18, mã 000.00.{rng.integers(10, 60)}.H18-{day}-{_digits(rng, 4)}",
            f"GCN số CS {_digits(rng, 6)}, mã số thuế {_digits(rng, 10)}-{_digits(rng, 3)}, BB {_digits(rng, 6)}",
        ),
    )


def numbers(rng: np.random.Generator) -> str:
    """A row of a table of numbers."""
    money = f"{rng.integers(1, 999)}.{_digits(rng, 3)}.{_digits(rng, 3)}"
    area = f"{rng.integers(10, 9999)},{rng.integers(10)}"
    day = f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/{rng.integers(1960, 2026)}"
    share = f"{rng.integers(1, 100)},{_digits(rng, 2)} %"
    return f"{rng.integers(1, 400)}    {day}    {area}    {money}    {share}    {_digits(rng, 4)}"


SUBJECTS: dict[str, Callable[[np.random.Generator], str]] = {
    "names of the north-west": north_west,
    "rare names": rare,
    "codes": codes,
    "numbers": numbers,
}


def page(subject: str, seed: int, *, dpi: float = 200) -> SamplePage:
    """A page of thirty lines of a subject."""
    rng = np.random.default_rng([seed, list(SUBJECTS).index(subject)])
    typeface = ("serif", "sans", "typewriter")[seed % 3]
    size = 11 if typeface == "typewriter" else 12.5
    return draw_lines([SUBJECTS[subject](rng) for _ in range(30)], typeface=typeface, size=size, dpi=dpi)
