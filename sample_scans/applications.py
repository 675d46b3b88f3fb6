"""Papers that citizens hand in: what is written on them, and about whom. The wording is the project's own."""

from __future__ import annotations

from datetime import date

from sample_scans.cases import Case
from sample_scans.drawing import Mark
from sample_scans.layout import Entry, Form, Paragraph, Table


def _dmy(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _who(case: Case) -> tuple[Entry, ...]:
    who = case.person
    return (
        Entry(label="Họ, chữ đệm, tên:", value=who.name),
        Entry(label="Ngày, tháng, năm sinh:", value=f"{_dmy(who.born)}; giới tính: {who.sex}; dân tộc: {who.people}"),
        Entry(label="Số định danh cá nhân/CCCD:", value=who.identity),
        Entry(label="Nơi cư trú:", value=case.home),
    )


def land_application(case: Case, code_picture: Mark) -> Form:
    """With a QR slip at the top left."""
    return Form(
        title=("ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI",),
        addressed=f"Kính gửi: Ủy ban nhân dân {case.commune}",
        code_picture=code_picture,
        corner=case.corner,
        body=(
            Paragraph(text="I. NGƯỜI SỬ DỤNG ĐẤT", style="bold"),
            *_who(case),
            Paragraph(text="II. NỘI DUNG BIẾN ĐỘNG", style="bold"),
            Entry(label="Thửa đất số:", value="147; tờ bản đồ số: 23; diện tích: 286,5 m²"),
            Entry(label="Loại đất:", value="Đất ở tại nông thôn 200 m²; đất trồng cây lâu năm 86,5 m²"),
            Entry(label="Nội dung trước khi biến động:", value="Tường rào tạm, chưa có nhà ở"),
            Entry(label="Nội dung sau khi biến động:", value="Nhà ở cấp IV, diện tích xây dựng 92 m²"),
            Entry(label="Lý do biến động:", value="Gia đình hoàn thành xây dựng nhà ở trong tháng 8 năm 2023"),
            Paragraph(
                text="Tôi đã đối chiếu ranh giới thửa đất với các hộ liền kề vào ngày đo đạc, các bên đều thống "
                "nhất và không có tranh chấp. Giấy tờ gốc về quyền sử dụng đất do gia đình tôi giữ và sẽ xuất "
                "trình khi cán bộ chuyên môn yêu cầu."
            ),
            Paragraph(
                text="Tôi cam đoan những nội dung kê khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp "
                "luật về nội dung đã khai."
            ),
        ),
        place_date=case.place_date(),
        roles=("NGƯỜI VIẾT ĐƠN", "(Ký, ghi rõ họ tên)"),
        signer=case.person.name,
    )


def birth_declaration(case: Case) -> Form:
    child = case.child
    return Form(
        title=("TỜ KHAI ĐĂNG KÝ KHAI SINH",),
        addressed=f"Kính gửi: Ủy ban nhân dân {case.commune}",
        body=(
            *_who(case),
            Entry(label="Quan hệ với người được khai sinh:", value="Mẹ" if case.person.sex == "Nữ" else "Cha"),
            Paragraph(text="Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:", style="bold"),
            Entry(label="Họ, chữ đệm, tên:", value=child.name),
            Entry(label="Ngày, tháng, năm sinh:", value=f"{case.day:%d/%m/%Y}, lúc 05 giờ 40 phút"),
            Entry(label="Giới tính:", value=f"{child.sex}; dân tộc: {child.people}; quốc tịch: Việt Nam"),
            Entry(label="Nơi sinh:", value=f"Trạm Y tế {case.commune}"),
            Entry(label="Quê quán:", value=f"{case.commune}, {case.district}, {case.province}"),
            Entry(label="Thẻ bảo hiểm y tế cho trẻ:", value="Đề nghị cấp cùng lúc với Giấy khai sinh"),
            Paragraph(
                text="Tôi xin chịu trách nhiệm về những điều đã khai. Bản chính Giấy chứng sinh được nộp kèm theo "
                "tờ khai này, tôi không giữ bản nào khác."
            ),
            Entry(label="Đề nghị cấp bản sao:", value="Có, số lượng: 03 bản"),
        ),
        place_date=case.place_date(),
        roles=("NGƯỜI YÊU CẦU", "(Ký, ghi rõ họ tên)"),
        signer=case.person.name,
        typeface="sans",
        size=12,
    )


def marriage_declaration(case: Case) -> Form:
    return Form(
        title=("TỜ KHAI CẤP GIẤY XÁC NHẬN", "TÌNH TRẠNG HÔN NHÂN"),
        addressed=f"Kính gửi: Ủy ban nhân dân {case.commune}",
        corner=case.corner,
        body=(
            *_who(case),
            Entry(label="Tình trạng hôn nhân:", value="Chưa đăng ký kết hôn với ai"),
            Entry(label="Thời gian cư trú tại địa phương:", value="Từ khi sinh ra cho đến nay"),
            Entry(label="Mục đích sử dụng giấy xác nhận:", value="Làm thủ tục vay vốn ngân hàng"),
            Entry(label="Điện thoại liên hệ:", value="0900 000 147"),
            Paragraph(
                text="Trong thời gian từ đủ tuổi kết hôn đến nay tôi chưa đăng ký kết hôn tại bất kỳ cơ quan nào ở "
                "trong nước cũng như ở nước ngoài, và chưa từng chung sống như vợ chồng với người nào."
            ),
            Paragraph(
                text="Tôi cam đoan lời khai trên là đúng. Nếu khai sai, tôi xin trả lại giấy xác nhận đã cấp và "
                "chịu xử lý theo quy định."
            ),
        ),
        place_date=case.place_date(),
        roles=("NGƯỜI YÊU CẦU", "(Ký, ghi rõ họ tên)"),
        signer=case.person.name,
    )


def business_application(case: Case) -> tuple[Form, Form]:
    """Two pages."""
    first = Form(
        title=("GIẤY ĐỀ NGHỊ ĐĂNG KÝ HỘ KINH DOANH",),
        addressed="Kính gửi: Phòng Tài chính - Kế hoạch huyện Mường Vân",
        body=(
            *_who(case),
            Paragraph(text="Đăng ký hộ kinh doanh do tôi làm chủ với các nội dung sau:", style="bold"),
            Entry(label="Tên hộ kinh doanh:", value=f"CỬA HÀNG TẠP HÓA {case.person.name.upper()}"),
            Entry(label="Địa chỉ trụ sở:", value=case.home),
            Entry(label="Vốn kinh doanh:", value="180.000.000 đồng (Một trăm tám mươi triệu đồng)"),
            Entry(label="Ngày bắt đầu hoạt động:", value="01/07/2023"),
            Entry(label="Tổng số lao động dự kiến:", value="02 người"),
            Paragraph(text="Ngành, nghề kinh doanh:", style="bold"),
            Table(
                head=("STT", "Tên ngành", "Mã ngành"),
                rows=(
                    ("1", "Bán lẻ lương thực, thực phẩm, đồ uống", "4711"),
                    ("2", "Bán lẻ hàng may mặc, giày dép", "4771"),
                    ("3", "Bán lẻ vật tư nông nghiệp, hạt giống", "4773"),
                    ("4", "Dịch vụ thu mua nông sản, thảo quả", "4620"),
                ),
                widths=(16, 112, 30),
                align="clc",
            ),
        ),
    )
    second = Form(
        title=(),
        motto=False,
        body=(
            Paragraph(text="Thành viên hộ gia đình cùng tham gia kinh doanh:", style="bold"),
            Table(
                head=("STT", "Họ và tên", "Năm sinh", "Quan hệ với chủ hộ"),
                rows=(("1", "Quàng Thị Hặc", "1988", "Vợ"), ("2", "Quàng Văn Tưởng", "2004", "Con")),
                widths=(16, 66, 30, 50),
                align="clcl",
            ),
            Paragraph(
                text="Tôi bảo đảm có quyền sử dụng hợp pháp địa điểm kinh doanh nói trên và sử dụng đúng mục đích. "
                "Bản thân tôi không thuộc trường hợp bị cấm kinh doanh, không đồng thời là chủ hộ kinh doanh "
                "khác."
            ),
            Paragraph(
                text="Tôi đề nghị nhận kết quả tại Bộ phận Một cửa và đồng ý nhận bản điện tử của Giấy chứng nhận "
                "qua địa chỉ đã đăng ký."
            ),
            Paragraph(
                text="Tôi cam kết chịu trách nhiệm về tính hợp pháp, chính xác và trung thực của các nội dung đăng ký."
            ),
        ),
        place_date=case.place_date(),
        roles=("CHỦ HỘ KINH DOANH", "(Ký, ghi rõ họ tên)"),
        signer=case.person.name,
    )
    return first, second


def aid_declaration(case: Case) -> Form:
    return Form(
        title=("TỜ KHAI ĐỀ NGHỊ TRỢ GIÚP XÃ HỘI",),
        addressed=f"Kính gửi: Ủy ban nhân dân {case.commune}",
        corner=case.corner,
        body=(
            Paragraph(text="PHẦN 1. THÔNG TIN CỦA NGƯỜI ĐỀ NGHỊ", style="bold"),
            *_who(case),
            Entry(label="Trình độ văn hóa:", value="Tiểu học"),
            Entry(label="Có thẻ bảo hiểm y tế không:", value="Có, thuộc hộ nghèo năm 2023"),
            Entry(label="Có thuộc hộ nghèo, hộ cận nghèo:", value="Hộ nghèo"),
            Paragraph(text="PHẦN 2. HOÀN CẢNH VÀ NGUYỆN VỌNG", style="bold"),
            Paragraph(
                text="Tôi hiện sống một mình, không có người phụng dưỡng. Từ tháng 02 năm 2023 sức khỏe giảm sút, "
                "không còn khả năng lao động, thu nhập chỉ dựa vào một mảnh nương nhỏ cho thuê và sự giúp đỡ "
                "của bà con trong bản."
            ),
            Paragraph(
                text="Tôi đề nghị Ủy ban nhân dân xã xem xét, trình cấp có thẩm quyền quyết định cho tôi được hưởng "
                "trợ cấp xã hội hằng tháng theo quy định."
            ),
        ),
        place_date=case.place_date(),
        roles=("NGƯỜI KHAI", "(Ký hoặc điểm chỉ, ghi rõ họ tên)"),
        signer=case.person.name,
        typeface="typewriter",
        size=11.5,
    )
