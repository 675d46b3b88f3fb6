"""From what two readers saw to the lines of a page."""

from __future__ import annotations

import numpy as np

from ocr_models import judgement
from ocr_models.line_reader import DATA
from pipeline.geometry import Box
from pipeline.model import LineKind, Word
from pipeline.ports import TextBlock
from pipeline.reading.compose import Draft, Drafted
from pipeline.reading.page import contents


def test_a_line_that_only_the_second_reader_saw_is_read() -> None:
    box = Box(40.0, 40.0, 200.0, 70.0)
    grey = np.full((120, 240), 255, np.uint8)
    grey[45:65, 50:190:6] = 0
    draft = Draft(box=box, second=(Word(text="thường trú", box=box, confidence=0.9),))
    page = Drafted(grey=grey, drafts=[draft], blocks=[TextBlock(lines=(0,))], decided={})
    read = contents(page, judgement.load(DATA / judgement.FILE))
    assert [(line.text, line.kind) for line in read.lines] == [("thường trú", LineKind.BODY)]
