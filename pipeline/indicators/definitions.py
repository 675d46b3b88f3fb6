"""The indicators as data: what is divided by what, since which version, from which source.

Adding one means adding a declaration to DEFINITIONS. A change of what is counted is a new `version`, so that a
published figure can say which rule it followed.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import NotFound
from pipeline.model import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An indicator: `numerator` of `denominator`, printed with `decimals`.

    `by_flag` is the part of the numerator that rests on the register's own flag alone. `unit_vi` and `unit_en` name
    what is counted. The sources say where the rule is from.
    """

    name: str
    version: int
    label_vi: str
    label_en: str
    numerator: Measure
    denominator: Measure
    by_flag: Measure | None = None
    decimals: int = 1
    unit_vi: str
    unit_en: str
    source_vi: str
    source_en: str
    explanation_vi: str
    explanation_en: str

    @property
    def counts_centres(self) -> bool:
        """For one centre such an indicator is yes or no, and has neither target nor gap."""
        return self.denominator is Measure.CENTRES


CENTRES_DIGITIZING = Definition(
    name="centres_digitizing",
    version=1,
    label_vi="Tỷ lệ bộ phận một cửa thực hiện số hóa",
    label_en="Share of centres that digitize",
    numerator=Measure.CENTRES_DIGITIZING,
    denominator=Measure.CENTRES,
    unit_vi="bộ phận một cửa",
    unit_en="centres",
    source_vi="Số liệu công bố 9 tháng đầu năm 2023: 9.200 trong 11.956 bộ phận một cửa",
    source_en="Figure published for the first nine months of 2023: 9,200 of 11,956 centres",
    explanation_vi=(
        "Số bộ phận một cửa trong kỳ có ít nhất một thành phần hồ sơ và ít nhất một kết quả đã số hóa, chia cho số bộ "
        "phận một cửa hoạt động trong kỳ."
    ),
    explanation_en=(
        "Centres with at least one digitized component and at least one digitized result in the period, divided by the "
        "centres in operation in the period."
    ),
)

RECORDS_DIGITIZED = Definition(
    name="records_digitized",
    version=1,
    label_vi="Tỷ lệ hồ sơ được số hóa",
    label_en="Record digitization rate",
    numerator=Measure.DOSSIERS_DIGITIZED,
    denominator=Measure.DOSSIERS,
    by_flag=Measure.DOSSIERS_DIGITIZED_BY_FLAG,
    unit_vi="hồ sơ",
    unit_en="dossiers",
    source_vi="Quyết định 766/QĐ-TTg, nhóm chỉ số số hóa hồ sơ",
    source_en="Decision 766/QĐ-TTg, digitization group",
    explanation_vi=(
        "Số hồ sơ tiếp nhận trong kỳ có tệp số hóa của thành phần hồ sơ và, nếu kết quả là giấy tờ, có tệp số hóa của "
        "kết quả, chia cho số hồ sơ tiếp nhận trong kỳ. Hồ sơ trực tuyến được tính."
    ),
    explanation_en=(
        "Dossiers received in the period with a file in the components and, where the result is a document, a file in "
        "the result, divided by the dossiers received in the period. Online dossiers count."
    ),
)

E_RESULTS = Definition(
    name="e_results",
    version=1,
    label_vi="Tỷ lệ cấp kết quả điện tử",
    label_en="E-result rate",
    numerator=Measure.E_RESULTS,
    denominator=Measure.RESULT_DOSSIERS,
    by_flag=Measure.E_RESULTS_BY_FLAG,
    decimals=2,
    unit_vi="hồ sơ",
    unit_en="dossiers",
    source_vi="Quyết định 766/QĐ-TTg, nhóm chỉ số số hóa hồ sơ",
    source_en="Decision 766/QĐ-TTg, digitization group",
    explanation_vi=(
        "Số hồ sơ có tệp kết quả, chia cho số hồ sơ tiếp nhận trong kỳ; chỉ tính thủ tục có kết quả là giấy tờ. Tệp "
        "kết quả trùng với tệp của thành phần hồ sơ không được tính."
    ),
    explanation_en=(
        "Dossiers with a result file, divided by the dossiers received in the period, both only of procedures whose "
        "result is a document. A result file that equals a component's does not count."
    ),
)

COMPONENTS_DIGITIZED = Definition(
    name="components_digitized",
    version=1,
    label_vi="Tỷ lệ thành phần hồ sơ được số hóa",
    label_en="Components digitized",
    numerator=Measure.COMPONENTS_DIGITIZED,
    denominator=Measure.COMPONENTS,
    by_flag=Measure.COMPONENTS_DIGITIZED_BY_FLAG,
    unit_vi="thành phần hồ sơ",
    unit_en="components",
    source_vi="Bảng theo dõi của các tỉnh",
    source_en="Provincial dashboards",
    explanation_vi="Số thành phần hồ sơ đã số hóa, chia cho số thành phần hồ sơ tiếp nhận trong kỳ.",
    explanation_en="Components digitized, divided by the components received in the period.",
)

RESULTS_DIGITIZED = Definition(
    name="results_digitized",
    version=1,
    label_vi="Tỷ lệ kết quả giải quyết được số hóa",
    label_en="Results digitized",
    numerator=Measure.RESULTS_DIGITIZED,
    denominator=Measure.RESULTS,
    by_flag=Measure.RESULTS_DIGITIZED_BY_FLAG,
    unit_vi="kết quả",
    unit_en="results",
    source_vi="Bảng theo dõi của các tỉnh",
    source_en="Provincial dashboards",
    explanation_vi="Số kết quả đã số hóa, chia cho số kết quả của hồ sơ tiếp nhận trong kỳ.",
    explanation_en="Results digitized, divided by the results of the dossiers received in the period.",
)

REUSE = Definition(
    name="reuse",
    version=1,
    label_vi="Tỷ lệ khai thác, sử dụng lại dữ liệu số hóa",
    label_en="Reuse rate",
    numerator=Measure.DOSSIERS_REUSING,
    denominator=Measure.DOSSIERS,
    unit_vi="hồ sơ",
    unit_en="dossiers",
    source_vi="Quyết định 766/QĐ-TTg, nhóm chỉ số số hóa hồ sơ",
    source_en="Decision 766/QĐ-TTg, digitization group",
    explanation_vi="Số hồ sơ có ít nhất một thành phần được tái sử dụng, chia cho số hồ sơ tiếp nhận trong kỳ.",
    explanation_en="Dossiers with at least one reused component, divided by the dossiers received in the period.",
)

HEADLINE = (CENTRES_DIGITIZING, RECORDS_DIGITIZED, E_RESULTS)
"""The three rates that every report leads with. They are different measures and are never added or mixed."""

DEFINITIONS = (*HEADLINE, COMPONENTS_DIGITIZED, RESULTS_DIGITIZED, REUSE)


def by_name(name: str) -> Definition:
    """Raises NotFound, which lists the names there are."""
    for definition in DEFINITIONS:
        if definition.name == name:
            return definition
    raise NotFound(f"indicator {name!r}; there are {', '.join(d.name for d in DEFINITIONS)}.")
