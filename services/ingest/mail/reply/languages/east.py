"""Greek, Turkish, Hebrew, Arabic, Persian, Japanese, Chinese, Korean, Vietnamese, Indonesian, Thai and Hindi."""

from services.ingest.mail.reply.languages.language import Language

GREEK = Language(
    code="el",
    openings=("Στις", "Την", "Τη", "Το", "Στο"),
    wrote=(r"έγραψε(?: τα εξής)?", r"έγραψες", r"γράφει"),
    wrote_whom=(r"έγραψε",),
    sender=("Από", "Αποστολέας"),
    sent=("Στάλθηκε", "Αποστολή", "Εστάλη"),
    date=("Ημερομηνία", "Ημ/νία"),
    to=("Προς", "Παραλήπτης"),
    copy=("Κοιν", "Κοινοποίηση", "Κοιν."),
    subject=("Θέμα",),
    original=("Αρχικό μήνυμα", "Αρχικό Μήνυμα", "Πρωτότυπο μήνυμα"),
    forwarded=("Προωθημένο μήνυμα", "Προωθηθέν μήνυμα", "Προώθηση μηνύματος"),
    mobile=(r"(?:στάλθηκε|εστάλη|αποστολή) από(?: [\w.’'-]+){1,6}",),
)

TURKISH = Language(
    code="tr",
    openings=("Tarih",),
    wrote=(r"(?:şunu |şunları )?yazdı", r"şöyle yazdı", r"yazmış"),
    first_person=(r"\byazdım\b", r"\byazdık\b"),
    sender=("Kimden", "Gönderen"),
    sent=("Gönderildi", "Gönderme Tarihi", "Gönderilme", "Gönderilen"),
    date=("Tarih",),
    to=("Kime", "Alıcı"),
    copy=("Bilgi", "Gizli", "Yanıt Adresi"),
    subject=("Konu",),
    original=("Orijinal Mesaj", "Orijinal İleti", "Özgün İleti", "Asıl ileti", "Orjinal Mesaj"),
    forwarded=("İletilmiş Mesaj", "İletilen İleti", "Yönlendirilmiş ileti", "İleti başlangıcı", "İletilen mesaj"),
    mobile=(r"(?:[\w.’'-]+ ){1,6}(?:gönderildi|gönderilmiştir)", r"(?:ios|android) için outlook['’]?u edinin"),
)

HEBREW = Language(
    code="he",
    openings=("בתאריך", "ביום", "ב-", "ב־", "ב", "מאת"),
    wrote=(r"כתב(?:ה|/ה|ו)?", r"כתב/כתבה", r"שלח(?:ה)?"),
    first_person=(r"כתבתי", r"כתבנו", r"אשתי כתבה", r"בעלי כתב"),
    sender=("מאת", "שולח"),
    sent=("נשלח", "נשלח בתאריך"),
    date=("תאריך",),
    to=("אל", "לכבוד", "נמען"),
    copy=("עותק", "העתק", "השב אל", "קבצים מצורפים"),
    subject=("נושא", "הנדון"),
    original=("הודעה מקורית", "ההודעה המקורית", "מייל מקורי"),
    forwarded=("הודעה שהועברה", "הודעה מועברת", "תחילת ההודעה שהועברה", "הועבר על ידי", "תחילת הודעה שהועברה"),
    mobile=(r"נשלח (?:מה|מ|באמצעות|דרך|על ידי)[\w’'\"־‑ -]{0,40}", r"קבל את outlook עבור (?:ios|android)"),
    above=("השב מעל שורה זו", "נא להשיב מעל שורה זו"),
)

ARABIC = Language(
    code="ar",
    openings=("في", "بتاريخ", "يوم"),
    wrote=(r"كتب(?:ت)?", r"كتب ما يلي", r"تمت كتابة ما يلي بواسطة"),
    wrote_whom=(r"تمت كتابة ما يلي بواسطة", r"كتب(?:ت)?"),
    sender=("من", "المرسل"),
    sent=("أرسل", "تم الإرسال", "أُرسلت", "تاريخ الإرسال"),
    date=("التاريخ", "بتاريخ"),
    to=("إلى", "الى"),
    copy=("نسخة", "نسخة إلى"),
    subject=("الموضوع",),
    original=("الرسالة الأصلية", "رسالة أصلية", "الرسالة الأصليَّة"),
    forwarded=("رسالة معاد توجيهها", "الرسالة المعاد توجيهها", "رسالة ممرّرة", "Forwarded message"),
    mobile=(r"(?:أرسلت|أُرسلت|مرسل|تم الإرسال|تم إرساله|مُرسل) من[\w ]{1,40}",),
)

PERSIAN = Language(
    code="fa",
    openings=("در",),
    wrote=(r"نوشت(?:ه است|ه)?",),
    sender=("از",),
    date=("تاریخ",),
    to=("به",),
    subject=("موضوع",),
    original=("پیام اصلی",),
    forwarded=("پیام هدایت‌شده", "پیام ارجاع شده"),
    mobile=(r"ارسال شده از[\w ]{1,40}",),
)

JAPANESE = Language(
    code="ja",
    wrote=(r"のメール", r"のメッセージ", r"書きました", r"書いています", r"送信しました", r"wrote"),
    sender=("差出人", "送信者", "発信者", "From"),
    sent=("送信日時", "送信日", "送信済み"),
    date=("日付", "日時", "日付け"),
    to=("宛先", "受信者", "To"),
    copy=("返信先", "添付ファイル", "CC"),
    subject=("件名",),
    original=("元のメッセージ", "Original Message", "元のメール", "オリジナルメッセージ", "返信元メッセージ"),
    forwarded=("転送されたメッセージ", "転送メッセージ", "転送されたメール", "Forwarded message"),
    mobile=(r"(?:私の)?[\w.’' -]{1,30}から送信(?:されました)?", r"outlook for (?:ios|android) を入手", r"[\w.]+ for (?:ios|android) から送信"),
)  # fmt: skip

CHINESE = Language(
    code="zh",
    openings=("在", "於", "于"),
    wrote=(r"写道", r"寫道", r"写到", r"来信写道", r"撰写"),
    sender=("发件人", "寄件者", "寄件人", "发送人", "發件人"),
    sent=("发送时间", "寄件日期", "傳送時間", "发送日期", "發送時間", "已傳送"),
    date=("日期",),
    to=("收件人", "收件者"),
    copy=("抄送", "副本", "密件抄送", "附件", "回复"),
    subject=("主题", "主旨", "主題"),
    original=("原始邮件", "原始郵件", "原邮件", "原始消息", "邮件原件", "回复的原邮件", "回复邮件"),
    forwarded=("转发邮件", "转发的邮件", "轉寄郵件", "轉寄的郵件", "转发邮件信息", "轉寄訊息", "转发的消息"),
    mobile=(
        r"(?:发|發|发送|發送|寄|傳送|来|來)自(?:我的)?[\w.’' -]{1,30}(?:邮箱[\w ]{0,12})?",
        r"(?:从|從)(?:我的)?[\w.’' -]{1,30}(?:发送|發送|傳送|寄出)",
        r"(?:发|來|来)自新浪邮箱客户端",
        r"获取 ?outlook for (?:ios|android)|获取适用于 ?(?:ios|android) ?的 ?outlook",
    ),
)  # fmt: skip

KOREAN = Language(
    code="ko",
    wrote=(r"(?:님이 )?작성(?:하였습니다|했습니다)?", r"썼습니다", r"쓴 글", r"님이 보낸 메일"),
    sender=("보낸 사람", "보낸사람", "발신자", "발신"),
    sent=("보낸 날짜", "보낸날짜", "보낸 시간"),
    date=("날짜", "일시"),
    to=("받는 사람", "받는사람", "수신자", "수신"),
    copy=("참조", "숨은참조"),
    subject=("제목",),
    original=("원본 메시지", "원본 메일", "Original Message", "원본메일"),
    forwarded=("전달된 메시지", "전달된 메일", "Forwarded message"),
    mobile=(r"(?:나의|내)? ?[\w.’' -]{1,30}에서 (?:보냄|보낸 메일|전송|작성됨)",),
)

VIETNAMESE = Language(
    code="vi",
    openings=("Vào", "Ngày"),
    wrote=(r"đã viết", r"viết"),
    sender=("Từ", "Người gửi"),
    sent=("Đã gửi",),
    date=("Ngày",),
    to=("Đến", "Tới"),
    subject=("Chủ đề", "Tiêu đề"),
    original=("Thư gốc", "Tin nhắn gốc"),
    forwarded=("Thư chuyển tiếp", "Forwarded message"),
    mobile=(r"(?:đã )?gửi từ(?: [\w.’'-]+){1,6}",),
)

INDONESIAN = Language(
    code="id",
    openings=("Pada", "Tanggal"),
    wrote=(r"menulis", r"tulis"),
    sender=("Dari",),
    sent=("Dikirim", "Terkirim"),
    date=("Tanggal",),
    to=("Kepada", "Ke"),
    subject=("Perihal", "Subjek"),
    original=("Pesan asli", "Pesan Asli"),
    forwarded=("Pesan terusan", "Pesan yang diteruskan"),
    mobile=(r"dikirim dari(?: [\w.’'-]+){1,6}",),
)

THAI = Language(
    code="th",
    openings=("เมื่อ", "ในวันที่"),
    wrote=(r"เขียนว่า", r"เขียน"),
    sender=("จาก",),
    sent=("ส่ง", "ส่งเมื่อ"),
    date=("วันที่",),
    to=("ถึง",),
    subject=("เรื่อง", "หัวเรื่อง"),
    original=("ข้อความต้นฉบับ", "ข้อความเดิม"),
    forwarded=("ข้อความที่ส่งต่อ",),
    mobile=(r"ส่งจาก\s?[\w.’' -]{0,6}(?:iphone|ipad|android|outlook|yahoo)[^,?]{0,30}",),
)

HINDI = Language(
    code="hi",
    wrote=(r"ने लिखा", r"लिखा"),
    sender=("प्रेषक", "से"),
    sent=("भेजा गया",),
    date=("दिनांक", "तारीख"),
    to=("प्राप्तकर्ता", "प्रति"),
    subject=("विषय",),
    original=("मूल संदेश",),
    forwarded=("अग्रेषित संदेश",),
)

EAST = (
    *(GREEK, TURKISH, HEBREW, ARABIC, PERSIAN, JAPANESE, CHINESE),
    *(KOREAN, VIETNAMESE, INDONESIAN, THAI, HINDI),
)
