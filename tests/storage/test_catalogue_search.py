import sys

from storage.catalogue.search import _TOKEN, _spellings


def test_no_letter_becomes_a_sign_that_a_database_would_take_for_syntax() -> None:
    """Tokens go into quotes of FTS5 and tsvector as they are."""
    letters = [c for c in map(chr, range(sys.maxunicode + 1)) if _TOKEN.fullmatch(c) or _TOKEN.fullmatch("a" + c)]
    assert len(letters) > 100_000
    wrong = [
        hex(ord(c))
        for c in letters
        for spelling in _spellings.__wrapped__("a" + c)
        if any(sign.isspace() or (sign.isascii() and not sign.isalnum()) for sign in spelling)
    ]
    assert wrong == []
