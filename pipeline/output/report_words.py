"""The words of a report in Vietnamese and English, and its summary in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.indicators.definitions import CENTRES_DIGITIZING, E_RESULTS, RECORDS_DIGITIZED, Definition
from pipeline.indicators.report import Report
from pipeline.indicators.rows import Figure, Row
from pipeline.output.report_format import Language, day, integer, name, percent, points
from pipeline.output.work_words import WORK_WORDS

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Báo cáo số hóa hồ sơ, giấy tờ tại bộ phận một cửa", "Digitization at the one-stop service centres"),
    "as_of": ("Số liệu đến", "Figures as of"),
    "edition": ("Bản công bố số", "Published edition"),
    "edition_by": ("người công bố", "by"),
    "edition_changed": ("số liệu khác với bản trước", "figures differ from the edition before"),
    "language": ("vi", "en"),
    "key_figures": ("Ba chỉ tiêu chính", "Three headline rates"),
    "target": ("Mục tiêu", "Target"),
    "no_target": ("chưa giao mục tiêu", "no target set"),
    "reached": ("Đạt mục tiêu", "Target reached"),
    "not_reached": ("Chưa đạt", "Below target"),
    "reached_short": ("đạt", "reached"),
    "not_reached_short": ("chưa đạt", "below"),
    "gap": ("Chênh lệch", "Gap"),
    "gap_points": ("Chênh lệch (điểm %)", "Gap (points)"),
    "same_period": ("So với cùng kỳ", "On the year before"),
    "reached_on": ("Đạt mục tiêu, theo tốc độ một năm qua", "Reached, at the pace of the last year"),
    "same_period_points": ("So với cùng kỳ (điểm %)", "On the year before (points)"),
    "blocs": ("Bộ, ngành và địa phương", "Ministries and localities"),
    "too_many_centres": (
        "bộ phận một cửa: từng đơn vị có trong báo cáo của tỉnh, trong tệp Excel và CSV",
        "centres: each is in the report of its province, in the workbook and in CSV",
    ),
    "scores": (
        "Bộ chỉ số phục vụ người dân, doanh nghiệp (Quyết định 766/QĐ-TTg)",
        "Index of service to citizens and businesses (Decision 766/QĐ-TTg)",
    ),
    "points": ("Điểm", "Points"),
    "maximum": ("Tối đa", "Maximum"),
    "rank": ("Xếp hạng", "Rank"),
    "basis": ("Căn cứ", "Basis"),
    "computed": ("tính từ hồ sơ", "computed from dossiers"),
    "summed": ("tổng các tiêu chí", "sum of the parts"),
    "unknown": ("chưa có số liệu", "not known"),
    "connections": ("Kết nối với các hệ thống dùng chung", "Connections to shared systems"),
    "system": ("Hệ thống", "System"),
    "ministries": ("Bộ, ngành đã kết nối", "Ministries and agencies connected"),
    "localities": ("Địa phương đã kết nối", "Localities connected"),
    "checked": ("Kiểm tra lần cuối", "Last check"),
    "no_rate": (
        "n/a: không có mẫu số trong kỳ nên không tính tỷ lệ; không phải là 0 %.",
        "n/a: nothing to divide by in the period, so there is no rate; it is not 0 %.",
    ),
    "chart": ("So sánh giữa các đơn vị", "The units compared"),
    "chart_note": (
        "Xếp từ cao xuống thấp. Vạch đứng là mục tiêu của từng đơn vị.",
        "From the highest down. The upright mark is each unit's target.",
    ),
    "skyline_note": (
        "Mỗi cột là một đơn vị, xếp từ cao xuống thấp",
        "Each column is a unit, from the highest down",
    ),
    "skyline_goal": ("Đường ngang là mục tiêu chung", "The level line is the common target"),
    "units_reached": ("đơn vị đạt mục tiêu", "units have reached their target"),
    "of": ("trong", "of"),
    "provinces": ("Theo tỉnh, bộ, ngành", "By province and ministry"),
    "centres": ("Theo bộ phận một cửa", "By centre"),
    "province": ("Tỉnh, bộ, ngành", "Province or ministry"),
    "centre": ("Bộ phận một cửa", "Centre"),
    "code": ("Mã", "Code"),
    "level_of_row": ("Cấp", "Level"),
    "nation": ("toàn quốc", "nation"),
    "name": ("Tên", "Name"),
    "dossiers_digitized": ("Hồ sơ đã số hóa", "Dossiers digitized"),
    "dossiers": ("Hồ sơ tiếp nhận", "Dossiers received"),
    "components": ("Thành phần đã số hóa", "Components digitized"),
    "components_all": ("Thành phần tiếp nhận", "Components received"),
    "e_results": ("Kết quả điện tử", "E-results"),
    "e_results_all": ("Hồ sơ có kết quả là giấy tờ", "Dossiers with a document as result"),
    "digitizing": ("Có số hóa", "Digitizes"),
    "digitizing_share": ("Bộ phận có số hóa", "Centres that digitize"),
    "digitizing_card": ("Thực hiện số hóa", "Digitizes"),
    "digitizing_rule": (
        "có ít nhất một thành phần và một kết quả đã số hóa trong kỳ",
        "at least one component and one result digitized in the period",
    ),
    "records_rate": ("Hồ sơ được số hóa", "Records digitized"),
    "e_results_rate": ("Cấp kết quả điện tử", "E-result rate"),
    "still_needed": ("Còn phải số hóa", "Still to digitize"),
    "still_needed_note": (
        "Số hồ sơ còn phải số hóa để đạt mục tiêu tỷ lệ hồ sơ được số hóa.",
        "Dossiers still to digitize to reach the target of the record digitization rate.",
    ),
    "sheet_summary": ("Tổng hợp", "Summary"),
    "sheet_provinces": ("Tỉnh, bộ, ngành", "Provinces"),
    "sheet_centres": ("Bộ phận một cửa", "Centres"),
    "sheet_sections": ("Đối soát, diễn biến", "Reconciliation, trend"),
    "sheet_method": ("Cách tính", "Method"),
    "versus_target": ("So với mục tiêu", "Against target"),
    "versus_target_note": (
        "So với mục tiêu: chênh lệch theo điểm phần trăm, bên dưới là mục tiêu.",
        "Against target: the gap in percentage points, below it the target.",
    ),
    "terminal_dossiers": ("Hồ sơ\nnhận", "Dos-\nsiers"),
    "terminal_components": ("Th.phần\nsố hóa", "Comp.\ndigit."),
    "terminal_e_results": ("KQ\nđ.tử", "E-re-\nsults"),
    "terminal_digitizing": ("Có số\nhóa", "Digi-\ntizes"),
    "terminal_digitizing_share": ("BPMC\nsố hóa", "Digi-\ntizing"),
    "terminal_records_rate": ("Tỷ lệ\nsố hóa", "Records\ndigit."),
    "terminal_e_results_rate": ("Tỷ lệ\nKQ đ.tử", "E-result\nrate"),
    "terminal_target": ("Mục\ntiêu", "\nTarget"),
    "terminal_gap": ("Chênh\nlệch", "\nGap"),
    "terminal_still_needed": ("Còn\nthiếu", "Still\nneeded"),
    "yes": ("Có", "Yes"),
    "no": ("Chưa", "Not yet"),
    "total": ("Tổng cộng", "Total"),
    "filter": ("Tìm đơn vị", "Find a unit"),
    "filter_hint": ("tên hoặc mã, có dấu hoặc không dấu", "name or code, with or without accents"),
    "only_behind": ("Chỉ đơn vị chưa đạt mục tiêu", "Only units below target"),
    "shown": ("đơn vị hiển thị", "units shown"),
    "sort_hint": ("Chọn tiêu đề cột để sắp xếp.", "Choose a column heading to sort."),
    "missing": ("Còn thiếu gì", "What is missing"),
    "missing_dossiers": ("hồ sơ trong kỳ chưa được số hóa", "dossiers of the period are not digitized"),
    "missing_components": ("thành phần hồ sơ chưa được số hóa", "components are not digitized"),
    "missing_e_results": ("hồ sơ chưa có tệp kết quả điện tử", "dossiers have no result file"),
    "missing_unmatched": (
        "văn bản đã quét nhưng chưa gắn được với hồ sơ nào, chưa được tính",
        "scanned documents belong to no dossier yet and are not counted",
    ),
    "missing_undated": (
        "hồ sơ không có ngày tiếp nhận, không tính vào kỳ nào",
        "dossiers have no date of reception and are in no period",
    ),
    "missing_same": (
        "kết quả dùng lại tệp của thành phần hồ sơ, không được tính",
        "results repeat a component's file and do not count",
    ),
    "missing_idle": (
        "bộ phận một cửa không hoạt động trong kỳ, không đưa vào bảng",
        "centres were not in operation in the period and are left out of the tables",
    ),
    "nothing_missing": ("Không có gì còn thiếu.", "Nothing is missing."),
    "not_digitizing": ("Bộ phận một cửa chưa thực hiện số hóa", "Centres that do not digitize yet"),
    "dossier_list": ("Hồ sơ chưa được số hóa, cũ nhất trước", "Dossiers not yet digitized, the oldest first"),
    "dossier": ("Mã hồ sơ", "Dossier"),
    "procedure": ("Mã thủ tục", "Procedure"),
    "received": ("Ngày tiếp nhận", "Received"),
    "resolved": ("Ngày có kết quả", "Resolved"),
    "indicators": ("Các chỉ tiêu và căn cứ số liệu", "The indicators and what they rest on"),
    "indicator": ("Chỉ tiêu", "Indicator"),
    "counted": ("Đạt", "Counted"),
    "whole": ("Tổng số", "Of"),
    "rate": ("Tỷ lệ", "Rate"),
    "by_flag": ("Chỉ theo đánh dấu của hệ thống nguồn", "By the register's own flag alone"),
    "by_flag_note": (
        "Cột cuối là phần chỉ dựa vào đánh dấu của hệ thống nguồn; phần còn lại đã được đối chiếu với bản quét lưu tại "
        "đây.",
        "The last column rests on the register's own flag alone; the rest is backed by scans that are stored here.",
    ),
    "reconciliation": ("Đối soát số liệu", "Reconciliation"),
    "reconciliation_note": (
        "Hồ sơ tiếp nhận = đã giải quyết + đang giải quyết. Hồ sơ không có ngày tiếp nhận và văn bản chưa gắn với hồ "
        "sơ không thuộc kỳ nào nên được đếm riêng.",
        "Received = resolved + pending. Dossiers without a date of reception and documents without a dossier belong to "
        "no period and are counted apart.",
    ),
    "fact": ("Nội dung", "What"),
    "number": ("Số lượng", "Number"),
    "rec_received": ("Hồ sơ tiếp nhận trong kỳ", "Dossiers received in the period"),
    "rec_resolved": ("– đã giải quyết", "– resolved"),
    "rec_pending": ("– đang giải quyết", "– pending"),
    "rec_payment": ("– trong đó chờ nộp phí, lệ phí", "– of which waiting for a fee or charge to be paid"),
    "rec_undated": ("Hồ sơ không có ngày tiếp nhận (không tính)", "Dossiers without a date of reception (left out)"),
    "rec_without_documents": ("Hồ sơ chưa đủ tệp số hóa", "Dossiers without all their digitized files"),
    "rec_unmatched": (
        "Văn bản đã quét chưa gắn với hồ sơ (không tính)",
        "Scanned documents without a dossier (left out)",
    ),
    "rec_same": (
        "Kết quả trùng tệp với thành phần hồ sơ (không tính)",
        "Results whose file is that of a component (left out)",
    ),
    "rec_flag_components": (
        "Thành phần chỉ dựa vào đánh dấu của hệ thống nguồn",
        "Components that rest on the register's own flag alone",
    ),
    "rec_flag_results": (
        "Kết quả chỉ dựa vào đánh dấu của hệ thống nguồn",
        "Results that rest on the register's own flag alone",
    ),
    "quality": ("Kiểm tra mẫu chất lượng số hóa", "Quality control by samples"),
    "quality_note": (
        "Mỗi bộ phận một cửa một mẫu ngẫu nhiên các văn bản đã số hóa của kỳ, do người kiểm tra xác nhận; khoảng tin "
        "cậy 95 % theo Wilson. Thấp nhất trước.",
        "Of each centre a random sample of the period's digitized documents, confirmed by a person; interval of "
        "Wilson, 95 %. The lowest first.",
    ),
    "judged": ("Đã kiểm tra", "Judged"),
    "accepted": ("Đạt yêu cầu", "Accepted"),
    "accepted_share": ("Tỷ lệ đạt", "Accepted share"),
    "interval_low": ("Cận dưới", "From"),
    "interval_high": ("Cận trên", "To"),
    "map": ("Bản đồ các tỉnh", "Map of the provinces"),
    "map_note": (
        "Mỗi ô là một tỉnh, đặt gần đúng vị trí; ô đậm hơn có tỷ lệ cao hơn.",
        "Each tile is a province, about where it lies; darker is higher.",
    ),
    "trail": ("Các cấp trên", "Levels above"),
    "find_dossier": ("Tìm hồ sơ, thủ tục", "Find a dossier or procedure"),
    "dossiers_shown": ("hồ sơ hiển thị", "dossiers shown"),
    "lacking": ("Giấy tờ chưa có tệp", "Papers without a file"),
    "all_dossiers": ("Danh sách hồ sơ chưa được số hóa", "List of the dossiers not yet digitized"),
    "trend_month": ("Diễn biến theo tháng", "Month by month"),
    "trend_quarter": ("Diễn biến theo quý", "Quarter by quarter"),
    "trend_year": ("Diễn biến theo năm", "Year by year"),
    "trend_year_note": ("Mỗi năm tính cùng số tháng.", "The same months of each year."),
    "month": ("Tháng", "Month"),
    "quarter": ("Quý", "Quarter"),
    "year": ("Năm", "Year"),
    "sectors": ("Theo lĩnh vực được giao mục tiêu", "Sectors with targets of their own"),
    "sector": ("Lĩnh vực", "Sector"),
    "on_paper_by_procedures": ("còn trên giấy theo thủ tục", "still on paper, by procedure"),
    "on_paper_by_centres": ("còn trên giấy theo bộ phận một cửa", "still on paper, by centre"),
    "on_paper_note": (
        "Còn trên giấy: hồ sơ tiếp nhận trong kỳ chưa được số hóa theo chỉ tiêu tỷ lệ hồ sơ được số hóa. Nhiều nhất "
        "trước.",
        "On paper: dossiers received in the period that the record digitization rate does not count as digitized. The "
        "most first.",
    ),
    "on_paper": ("Còn trên giấy", "On paper"),
    "on_paper_share": ("Tỷ lệ còn trên giấy", "Share on paper"),
    "payment_due": ("Chờ nộp phí, lệ phí", "Waiting for payment"),
    "procedure_name": ("Thủ tục", "Procedure"),
    "interconnection": ("Kết nối, chia sẻ dữ liệu", "Interconnection"),
    "by_procedures": ("theo thủ tục", "by procedure"),
    "by_centres": ("theo bộ phận một cửa", "by centre"),
    "sharing_note": (
        "Có thể chia sẻ: hồ sơ đã có kết quả số hóa. Dấu – nghĩa là chưa có số liệu về việc chia sẻ.",
        "Could be shared: dossiers whose result is digitized. A – means that nothing is known of the sharing.",
    ),
    "sharing_connected": (
        "Theo danh mục kết nối: {connected} trong {named} cơ quan đã kết nối; cơ quan chưa kết nối thì chưa chia sẻ.",
        "By the register of connections {connected} of {named} agencies are connected; one that is not has shared "
        "nothing.",
    ),
    "sharing_unnamed": (
        "Chưa có thông tin kết nối hệ thống này của các cơ quan trong báo cáo.",
        "Nothing is known of connections of this report's agencies to it.",
    ),
    "sharing_known": (
        "Có số liệu chia sẻ của {known} trong {agencies} cơ quan.",
        "What was shared is known of {known} of {agencies} agencies.",
    ),
    "shareable": ("Có thể chia sẻ", "Could be shared"),
    "shared": ("Đã chia sẻ", "Shared"),
    "not_shared": ("Chưa chia sẻ", "Not shared"),
    "mapped": (
        "Đơn vị hành chính quy đổi theo ngày {day}",
        "Administrative units mapped to those of {day}",
    ),
    "notes": ("Cách tính", "Method"),
    "version": ("phiên bản", "version"),
    "source": ("Nguồn", "Source"),
    "rounding": (
        "Tỷ lệ làm tròn đến số chữ số thập phân đã quy định, nửa đơn vị làm tròn lên; chênh lệch là hiệu của hai tỷ lệ "
        "đã làm tròn. Đạt hay chưa đạt được xét trên số chưa làm tròn.",
        "Rates are rounded half up to the decimals of their definition; a gap is the difference of the two rounded "
        "rates. Whether a target is reached is decided on the exact rate.",
    ),
    "target_rule": (
        "Mục tiêu áp dụng là mục tiêu riêng của đơn vị, nếu không có thì theo tỉnh, rồi đến toàn quốc, có hiệu lực vào "
        "ngày cuối kỳ.",
        "The target is the centre's own, else its province's, else the nation's, as in force on the last day of the "
        "period.",
    ),
    "since": ("từ", "since"),
    "number_column": ("TT", "No."),
    "report_kind": ("BÁO CÁO", "REPORT"),
    "official_subject": (
        "Kết quả số hóa hồ sơ, giấy tờ, kết quả giải quyết thủ tục hành chính",
        "Digitization of dossiers and results of administrative procedures",
    ),
    "official_as_of": ("Số liệu được tổng hợp đến", "The figures are as of"),
    "period": ("kỳ báo cáo", "period"),
    "recipients": ("Nơi nhận:", "Recipients:"),
    "archive": ("Lưu: VT.", "Archive."),
    "signatory": ("THỦ TRƯỞNG CƠ QUAN", "HEAD OF THE AGENCY"),
    "signature": ("(Ký, ghi rõ họ tên)", "(signature and full name)"),
    "made_by": ("Lập tự động bằng sohoa", "Made by sohoa"),
}


def words(language: Language) -> dict[str, str]:
    """Every word of a report by its key."""
    at = 0 if language is Language.VIETNAMESE else 1
    return {key: pair[at] for key, pair in {**_WORDS, **WORK_WORDS}.items()}


def edition(report: Report, language: Language) -> str:
    """`Bản công bố số 2, người công bố: …; 14 số liệu khác với bản trước`; empty where the report is none."""
    mark = report.edition
    if mark is None:
        return ""
    t = words(language)
    text = f"{t['edition']} {mark.number}, {t['edition_by']}: {mark.published_by}"
    return text if mark.number == 1 else f"{text}; {integer(mark.changed, language)} {t['edition_changed']}"


def mapped(report: Report, language: Language) -> str:
    """Which day's administrative units the report is about; empty where they are those of the period."""
    return words(language)["mapped"].format(day=day(report.units_on, language)) if report.units_on else ""


def label(definition: Definition, language: Language) -> str:
    return definition.label_vi if language is Language.VIETNAMESE else definition.label_en


def unit(definition: Definition, language: Language) -> str:
    return definition.unit_vi if language is Language.VIETNAMESE else definition.unit_en


def explanation(definition: Definition, language: Language) -> str:
    return definition.explanation_vi if language is Language.VIETNAMESE else definition.explanation_en


def source(definition: Definition, language: Language) -> str:
    return definition.source_vi if language is Language.VIETNAMESE else definition.source_en


def summary(report: Report, language: Language) -> str:
    """The headline rates as two or three sentences that can be read out."""
    centres, records, results = (report.total.figure(d) for d in (CENTRES_DIGITIZING, RECORDS_DIGITIZED, E_RESULTS))
    if not records.rate.denominator:
        return (
            "Không có hồ sơ nào được tiếp nhận trong kỳ."
            if language is Language.VIETNAMESE
            else "No dossier was received in the period."
        )
    sentences = [_sentence(records, language) + _distance(records, language) + "."]
    if results.rate.denominator:
        sentences.append(_sentence(results, language) + _distance(results, language) + ".")
    if centres.rate.denominator > 1:
        sentences.insert(0, _sentence(centres, language) + ".")
    if report.blocs:
        sentences.append(_of_blocs(report.blocs, language))
    return " ".join(sentences)


def _of_blocs(blocs: Sequence[Row], language: Language) -> str:
    """`Tỷ lệ cấp kết quả điện tử: bộ, ngành 24,48 % (+13,70 điểm % so với cùng kỳ); địa phương 38,94 % (…).`"""
    parts = []
    for row in blocs:
        figure = row.figure(E_RESULTS)
        part = f"{name(row, language).lower()} {percent(figure.percent, language)}"
        if figure.change is not None:
            on = "so với cùng kỳ năm trước" if language is Language.VIETNAMESE else "on the year before"
            part += f" ({points(figure.change, language)} {on})"
        parts.append(part)
    return f"{label(E_RESULTS, language)}: {'; '.join(parts)}."


_DONE = {
    CENTRES_DIGITIZING.name: ("thực hiện số hóa", "digitize"),
    RECORDS_DIGITIZED.name: ("được số hóa", "are digitized"),
    E_RESULTS.name: ("có kết quả điện tử", "have an electronic result"),
}


def _sentence(figure: Figure, language: Language) -> str:
    done = _DONE[figure.definition.name][language is Language.ENGLISH]
    of = "trong" if language is Language.VIETNAMESE else "of"
    numbers = f"{integer(figure.rate.numerator, language)} {of} {integer(figure.rate.denominator, language)}"
    return f"{numbers} {unit(figure.definition, language)} {done} ({percent(figure.percent, language)})"


def _distance(figure: Figure, language: Language) -> str:
    if figure.target is None:
        return ""
    target = percent(figure.target_percent, language)
    if figure.reached:
        return f", đạt mục tiêu {target}" if language is Language.VIETNAMESE else f", the target of {target} is reached"
    needed = integer(figure.still_needed, language)
    if language is Language.VIETNAMESE:
        return f", còn thiếu {needed} {figure.definition.unit_vi} để đạt mục tiêu {target}"
    return f", {needed} more {figure.definition.unit_en} reach the target of {target}"
