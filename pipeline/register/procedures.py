"""Import of the procedures.

Columns (any order; names without regard to case, accents, spaces and punctuation):

    code*                Mã thủ tục, Mã TTHC
    name*                Tên thủ tục, Tên TTHC
    sector               Lĩnh vực
    result_is_document   Kết quả là giấy tờ          1/0; 1 where the column or the cell is empty
    components           Thành phần hồ sơ            TP01:Đơn đề nghị;TP02:Giấy khai sinh   (see papers)
    components_exempt    Thành phần không phải số hóa   TP02, or 1 for all
    paper_classes        Loại giấy tờ                TP01:a;TP02:b   a to d of Circular 01/2023/TT-VPCP, b by default
"""

from __future__ import annotations

from pathlib import Path

from pipeline.model import Procedure, ProcedureComponent
from pipeline.register import files
from pipeline.register.layout import Column, Layout
from pipeline.register.lines import Line
from pipeline.register.papers import Paper, marked, papers
from pipeline.register.problems import ImportFile

LAYOUT = Layout(
    kind="procedures",
    columns=(
        Column(
            field="code",
            headings=("Mã thủ tục", "Mã TTHC", "Mã thủ tục hành chính", "Mã", "procedure_code"),
            required=True,
        ),
        Column(
            field="name",
            headings=("Tên thủ tục", "Tên TTHC", "Tên thủ tục hành chính", "Thủ tục", "Tên", "procedure_name"),
            required=True,
        ),
        Column(field="sector", headings=("Lĩnh vực", "Tên lĩnh vực")),
        Column(field="result_is_document", headings=("Kết quả là giấy tờ", "Kết quả là văn bản")),
        Column(field="components", headings=("Thành phần hồ sơ", "Thành phần", "Giấy tờ phải nộp")),
        Column(field="components_exempt", headings=("Thành phần không phải số hóa", "Thành phần được miễn")),
        Column(field="paper_classes", headings=("Loại giấy tờ", "Phân loại giấy tờ")),
    ),
)

CLASSES = frozenset("abcd")


def read_procedures(path: Path) -> ImportFile[Procedure]:
    """Raises ImportRefused."""
    return files.read(path, LAYOUT, _procedure, lambda procedure: procedure.code)


def _procedure(line: Line) -> Procedure:
    asked = papers(line, "components")
    exempt = marked(line, "components_exempt", asked, "exempt")
    classes = _classes(line, asked)
    return Procedure(
        code=line.code("code", required=True),
        name=line.text("name", required=True),
        sector=line.text("sector"),
        result_is_document=line.flag("result_is_document", default=True),
        components=tuple(
            ProcedureComponent(
                code=paper.code,
                name=paper.name or paper.code,
                paper_class=classes.get(paper.code, "b"),
                exempt=paper.code in exempt,
            )
            for paper in asked
        ),
    )


def _classes(line: Line, asked: tuple[Paper, ...]) -> dict[str, str]:
    codes = {paper.code for paper in asked}
    classes = {p.code: str(p.marks["paperclass"]).lower() for p in asked if p.marks.get("paperclass")}
    for paper in papers(line, "paper_classes"):
        if paper.code not in codes:
            line.refuse(
                "paper_classes",
                "names a paper that the line does not have",
                "nêu giấy tờ không có trong dòng",
                paper.code,
            )
        classes[paper.code] = paper.name.lower()
    for code, paper_class in classes.items():
        if paper_class not in CLASSES:
            line.refuse("paper_classes", "gives a class that is none of a to d", "loại không thuộc a đến d", code)
    return classes
