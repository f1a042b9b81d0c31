"""How surprising a character is in a table from a hospital, in bits, read in one encoding or another.

The right encoding of a file makes its bytes usual words; a wrong one makes rare characters, capitals inside words and signs
between letters. The frequencies are round numbers: known letters of the languages a site may write, not a model of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

ASCII_BITS = 5.0
UNREADABLE_BITS = 25.0
"""Of bytes that are no character, and of a control character: neither is typed."""

COMMON_BITS = 9.5
OTHER_BITS = 14.0
RARE_BITS = 19.0
USUAL_BITS = 14.0
"""A character that costs no more is counted as a usual one where the choice is explained."""

_CAPITAL_BITS = 3.0
_CASE_BROKEN_BITS = 8.0
_BESIDE_ACCENT_BITS = 3.0
_ALONE_BITS = 3.0
_INSIDE_WORD_BITS = 8.0

_CHINESE = frozenset(
    # the most frequent characters, then those of forms and wards, then family and given names; simplified
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度"
    "家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你"
    "明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资"
    "边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济"
    "阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今"
    "集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克"
    "何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严"
    "追踪患姓男女籍贯份证址病诊断肝癌胞瘤栓静脉移肺骨淋巴疗介靶免疫药剂评缓稳亡随访失期备注编序筛签署视检血规蛋胆谷丙草氨酶胎球乙炎毒腹脑症厘斤吸烟饮酒糖尿"
    "冠脏肾良未详否异左右叶径毫增像磁超胸盆腔医室床师首末停续终止替仑伐尼阿帕卡瑞单抗贝安罗珠索拉非用途径口服静滴肌注皮射频消融照剂割续腺肠胃食管食欲"
    "乏恶呕吐痛胀疼黄疸疹痒咳嗽喘困难出凝原钾钠钙镁氯淀粉甲状旁激脂醇固酸尿酐尿尿素氮糖抗阴阳性弱强度轻中重极既往合并伴侣婚姻已未离丧偶民族汉回满壮"
    "李刘陈杨赵黄吴徐孙胡朱郭梁宋郑谢韩唐冯董萧曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛阎余潘杜戴夏钟汪田姜范姚谭廖邹熊陆郝孔崔康邱秦顾侯邵孟龙钱汤尹黎乔贺赖龚"
    "伟芳娜敏丽磊洋勇艳杰娟涛秀霞刚桂英玉兰梅红珍凤春云琴荣德福祥贵富庆宝永志宏俊鹏飞浩宇轩子涵欣怡佳琪婷雪莹慧燕玲萍丹洁鑫斌波辉峰博文武松柏"
    # traditional
    "追蹤這為個國時來們於對會發動過說產種後學經進著電裡現實兩體機當點從業應開還義間樣與關線內數麼質氣變條沒結問無軍並題黨員總設長頭資邊級圖統較將組見計別"
    "論運農幾區強決幹戰則據處隊給門規熱領東導壓爭濟階術極聯認權證採轉單風帶場車務萬達積議聲報鬥類離華確張馬節話況溫傳許廣記觀織裝眾書復兒須際驗連斷難礦"
    "週備辦習響約勞團歷構稱準號維劃選標寫親養層卻專狀廠識適屬圓調滿縣參紅細聽鐵價嚴齡歲籍貫診腫靜脈轉療藥劑評緩穩隨訪編篩簽視檢規膽穀氨臟腎詳異葉徑"
    "鏡醫師續終門診齒腸胃飲煙醉癥體重釐備註陽陰劉陳楊趙黃吳孫鄭謝馮蕭鄧呂蘇盧蔣賈魏閻鍾薑範譚鄒陸顧錢湯黎喬賀賴龔偉麗傑濤艷鳳雲榮貴慶寶鵬飛瑩"
    "志淑惠美雅玲芬芳蓉怡君婷佩珊宗翰承恩冠宏家豪俊彥柏毅麟瑋姿穎臺灣"
)
_WIDE_SIGNS = frozenset(
    "　，。：；（）、？！“”‘’《》【】「」『』％～—…·×℃±≥≤＋－＝／＜＞＊＃＆＠ⅠⅡⅢⅣⅤⅥ①②③④⑤⑥⑦⑧⑨μαβγ°′″↑↓→○●√々〇ー・"
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ"
)
_KANJI = frozenset(
    "氏歳診断検査結果肝細胞癌治療薬投与副作用有無確認患者番号施設名同意取得太郎花子山田中村小林加藤佐々木鈴高橋渡辺斉渓県図広売"
    "部分全奏効増悪安定進行病変化学療法転移肺骨腹水重生存期間入退院通続継中止開始終了不明良好軽度高血圧"
)
_HANGUL = frozenset(
    "이다는의을가고에를은하지로사도한자기대들서정시인과수나리어그해일원아부스전제보주장상성구동공비신요소유우연등명적여오있조경안관만위무재할문실생용개방학선"
    "국것회치간년중내라거음입단진행체계물산결분석병환료남별름월록번호암외래김박최강윤임권황송류홍양손배백허심노곽차민엄채천현함변염설마길표반왕금옥육맹모탁편예봉"
    "영숙희철순미혜은경준호민서연우진현지훈수빈예린하윤도검사약투여용량부작망추적폐골전이혈액소판단백효종양크기복수정맥색전술방선"
)

Cost = Callable[[str], list[float]]
"""The bits of each character of a text."""


def wide_cost(text: str) -> list[float]:
    """Bits of each character of a text in Chinese; bytes that are no character cost the most."""
    return _with_neighbours(text, [_wide_bits(character) for character in text])


def japanese_cost(text: str) -> list[float]:
    """Bits of each character of a text in Japanese."""
    return _with_neighbours(text, [_kana_bits(character) for character in text])


def korean_cost(text: str) -> list[float]:
    """Bits of each character of a text in Korean."""
    return _with_neighbours(text, [_hangul_bits(character) for character in text])


def _with_neighbours(text: str, bits: list[float]) -> list[float]:
    """A wide character often follows a word in capitals (CT检查), seldom a small letter, and hardly stands inside a word."""
    if text.isascii():
        return bits
    padded = f" {text} "
    for position, character in enumerate(text):
        if character > "\x7f" and _is_small(padded[position]):
            bits[position] += _INSIDE_WORD_BITS if _is_small(padded[position + 2]) else _ALONE_BITS
    return bits


def _is_small(character: str) -> bool:
    return "a" <= character <= "z"


def _wide_bits(character: str) -> float:
    if character < "\x80":
        return _ascii_bits(character)
    if character in _CHINESE or character in _WIDE_SIGNS:
        return COMMON_BITS
    if not "\u4e00" <= character <= "\u9fff":
        return UNREADABLE_BITS if _is_no_text(character) else RARE_BITS
    return OTHER_BITS if _is_frequent(character) else RARE_BITS


def _kana_bits(character: str) -> float:
    if "\u3041" <= character <= "\u30fe":
        return 7.0
    if character in _KANJI:
        return COMMON_BITS
    if "\uff61" <= character <= "\uff9f":  # narrow forms, one byte each
        return 9.0
    return _wide_bits(character)


def _hangul_bits(character: str) -> float:
    if character in _HANGUL:
        return COMMON_BITS
    if "\uac00" <= character <= "\ud7a3":
        return OTHER_BITS if _encodes(character, "euc_kr") else RARE_BITS
    bits = _wide_bits(character)
    return bits if bits <= ASCII_BITS or character in _WIDE_SIGNS else max(bits, RARE_BITS)


def _is_frequent(character: str) -> bool:
    """Whether a Chinese character is in the first level of GB 2312 or of Big5, which hold those in daily use."""
    return any(
        first <= character.encode(encoding, "replace") <= last
        for encoding, first, last in (("gb2312", b"\xb0\xa1", b"\xd7\xf9"), ("big5", b"\xa4\x40", b"\xc6\x7e"))
    )


def _encodes(character: str, encoding: str) -> bool:
    return character.encode(encoding, "replace") != b"?"


def letters_cost(tiers: Sequence[tuple[float, str]], *, whole_words: bool = False) -> Cost:
    """The cost of a text in a language whose letters outside ASCII are ``tiers`` of (bits, lower-case letters).

    ``whole_words`` are of those letters alone, as in Russian; else they stand among ASCII letters, rarely side by side.
    """
    bits = {letter: cost for cost, letters in tiers for letter in letters}
    bits |= {letter.upper(): cost + _CAPITAL_BITS for letter, cost in bits.items() if len(letter.upper()) == 1}

    def cost(text: str) -> list[float]:
        padded = f" {text} "
        return [
            _letter_bits(before, character, after, bits, whole_words)
            for before, character, after in zip(padded, text, padded[2:], strict=False)
        ]

    return cost


def _letter_bits(before: str, character: str, after: str, letters: dict[str, float], whole_words: bool) -> float:
    if character < "\x80":
        return _ascii_bits(character)
    if character not in letters:
        return _sign_bits(before, character, after)
    bits = letters[character]
    if _is_letter(before) and before.islower() and character.isupper():
        bits += _CASE_BROKEN_BITS
    if _is_letter(after) and after.isupper() and character.islower():
        bits += _CASE_BROKEN_BITS
    if whole_words:
        mixed = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
        return bits + (_INSIDE_WORD_BITS if mixed else 0.0)
    bits += _BESIDE_ACCENT_BITS * (before > "\x7f" and _is_letter(before))
    if character.isupper() and _is_letter(before) and before.isupper():
        bits -= _CAPITAL_BITS
    return bits + (0.0 if _is_letter(before) or _is_letter(after) else _ALONE_BITS)


_SIGNS = {
    sign: bits
    for bits, signs in (
        (5.0, "’°µμ\xa0"),
        (6.0, "–±²³×«»“”€…®™"),
        (8.0, "½¼¾§·•‘„—ºª¿¡£©≥≤"),
        (10.0, "‹›´¨‚†‡¬¹¢¥¦¶˜ˆ÷"),
    )
    for sign in signs
}
_INSIDE_WORDS = frozenset("’·µ\xad")
_NUMBERS = frozenset("½¼¾²³¹")


def _sign_bits(before: str, character: str, after: str) -> float:
    if _is_no_text(character):
        return UNREADABLE_BITS
    bits = _SIGNS.get(character, OTHER_BITS)
    inside = _is_letter(after) and (_is_letter(before) or character in _NUMBERS) and character not in _INSIDE_WORDS
    return bits + (_INSIDE_WORD_BITS if inside else 0.0)


def _ascii_bits(character: str) -> float:
    return ASCII_BITS if character >= " " or character in "\t\n\r" else UNREADABLE_BITS


def _is_letter(character: str) -> bool:
    return character.isalpha() and character not in "ªºµ"


def _is_no_text(character: str) -> bool:
    """Bytes that are no character, control characters, and characters that no standard has named."""
    return character == "\ufffd" or unicodedata.category(character) in ("Cc", "Cn", "Co", "Cs")


western_cost = letters_cost(
    (
        (3.0, "éäü"),
        (4.5, "öóáíàèåø"),
        (5.0, "çñãêßú"),
        (7.5, "æâôîûùòìïëœ"),
        (9.0, "õ"),
        (12.0, "ýÿðþšž"),
    )
)
central_cost = letters_cost(
    ((4.5, "áéíóěčřžšłęążöüä"), (5.5, "śćőůúýăâîșțşţ"), (6.5, "ńűźťňď"), (9.0, "ôđëçĺľŕ")),
)
turkish_cost = letters_cost(((3.5, "ışüğ"), (5.0, "çöİ"), (9.0, "âîû")))
cyrillic_cost = letters_cost(
    ((4.5, "оеаинтсрвлк"), (6.0, "мдпуяыьгзбчйхжшю"), (9.0, "цщэфъёіїєґ")),
    whole_words=True,
)
greek_cost = letters_cost(((4.5, "αοιετνςσρη"), (6.0, "κπμυλγάίόδθέ"), (8.0, "ωχφβήύώξζψϊ")), whole_words=True)


def unicode_cost(text: str) -> list[float]:
    """Bits of each character of a text that may be in any of those languages."""
    costs = (wide_cost, western_cost, central_cost, turkish_cost, cyrillic_cost, greek_cost, japanese_cost, korean_cost)
    return [min(bits) for bits in zip(*(cost(text) for cost in costs), strict=True)]
