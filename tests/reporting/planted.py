"""A planted set of texts for the checks of a release: what is to be found, and what is not.

All of it is invented. Names stand for people of whom the system knows; those of ``UNKNOWN`` it does not.
"""

NAMES = ("架空 太郎", "見本　花子", "例示沢 一", "テスト川 マリア", "Sample Hanako")

#: How some of them are read, as it was entered: in either kana and width, once too short to look for.
IN_KANA = ("かくう たろう", "ﾐﾎﾝ ﾊﾅｺ", "さくら")

#: Text → what of it is to be found: name, phone, postcode or email.
TO_BE_FOUND = {
    "代表の架空太郎さんが話した。": "name",
    "架空　太郎（会長）": "name",
    "見本花子様": "name",
    "司会は例示沢一。": "name",
    "テスト川・マリアさんの歌": "name",
    "ﾃｽﾄ川 ﾏﾘｱさん": "name",
    "thanks to sample hanako": "name",
    "てすと川まりあさん": "name",
    "かくうたろうさん": "name",
    "カクウ・タロウさん": "name",
    "ｶｸｳ ﾀﾛｳさん": "name",
    "みほん　はなこ様": "name",
    "電話 0467-00-0000": "phone",
    "電話０４６７（００）００００まで": "phone",
    "090-0000-0000に連絡": "phone",
    "TEL:09000000000": "phone",
    "+81 467-00-0000": "phone",
    "0467ー00ー0000": "phone",  # noqa: RUF001  the dash that people type in kana
    "03(0000)0000": "phone",
    "〒248-0000 鎌倉市": "postcode",
    "〒２４８００００": "postcode",
    "248-0000 架空町一丁目": "postcode",
    "248‐0000": "postcode",  # noqa: RUF001  a hyphen of another kind
    "yell@example.jp まで": "email",
    "ｙｅｌｌ＠ｅｘａｍｐｌｅ．ｊｐ": "email",
    "yell(at)example.jp": "email",
}

#: What no list and no pattern finds: it counts against the recall.
UNKNOWN = {
    "会計の無名野さんが配った。": "name",
    "架空さん（姓だけ）": "name",
    "サクラさん（短い名）": "name",
    "電話は〇四六七の〇〇の〇〇〇〇": "phone",
    "yell アット example.jp": "email",
}

#: What must not be found.
CLEAN = (
    "のべ60人が参加した。",
    "令和7年5月3日に観察会を開いた。",
    "2025-05-03から2025-06-01まで",
    "事業費は1,234,567円、うち市の負担は100,000円。",
    "2023-2024年度の2か年",
    "第3回（10:00-12:00）、参加者は12-15人。",
    "架空町の公園で活動した。",
    "見本市に出展した。",
    "さくら並木とサクラの苗木を見た。",
    "番号はS-2026-003、管理番号は2026-0001。",
    "10,000-20,000円の範囲",
)
