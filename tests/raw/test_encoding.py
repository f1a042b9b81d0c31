import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcc_sdtm.raw.text.encoding import count_unreadable, find_encoding, first_unreadable
from hcc_sdtm.raw.text.encoding_name import parse_encoding

WORDS = {
    "French": "décès né élevé sévère modéré légère réponse complète évaluation lésion hépatique côté fièvre nausées "
    "diarrhée où péritonéal prélèvement décembre reçu arrêté répété René Hélène François Gaëlle Zoé Noël",
    "German": "männlich Größe Müdigkeit Übelkeit Rückgang größer ärztlich für während Jörg Müller Schäfer März Läsion "
    "bestätigt unverändert vollständig Straße Köln Böhm Krüger",
    "Spanish": "año peña niño sí hígado diagnóstico evaluación progresión José María García Núñez lesión tamaño tóxico náuseas "
    "vómito radiación según más después días número",
    "Polish": "płeć mężczyzna wątroba częściowa Łukasz Paweł Małgorzata świadoma żółtaczka następne późne źródło",
    "Russian": "мужской женский дата рождения печень смерть частичный ответ Иванов Петрова лечение",
    "Turkish": "kadın doğum yaşı karaciğer ölüm kısmi yanıt ilaç başlangıç Şahin Yıldız Öztürk Çelik İbrahim",
    "Greek": "άνδρας γυναίκα ημερομηνία γέννησης ήπαρ θάνατος θεραπεία",
    "Chinese": "患者 姓名 性别 出生日期 住院号 肝细胞癌 门静脉癌栓 部分缓解 疾病稳定 疾病进展 死亡 张三 王建国 刘秀英 欧阳娜娜 "
    "入组 随访 放疗 乙肝 转氨酶 不详 第1次 AFP阳性 CT检查 诸葛亮 覃晓燕 邝志强",
    "Taiwanese": "病人姓名 性別 出生日期 病歷號 肝細胞癌 門靜脈栓塞 部分緩解 疾病穩定 死亡 陳志明 林淑芬 黃俊傑 放射治療 追蹤",
    "Japanese": "氏名 性別 男性 女性 生年月日 肝細胞癌 カルテ番号 部分奏効 安定 増悪 死亡 田中 佐藤 さくら 治療 投与",
    "Korean": "환자 성별 여 생년월일 간암 부분관해 진행 사망 김철수 이영희 박지훈 치료 등록번호",
}
ENCODINGS = [
    ("French", "cp1252"),
    ("French", "iso8859-15"),
    ("French", "mac_roman"),
    ("French", "cp850"),
    ("German", "cp1252"),
    ("German", "mac_roman"),
    ("Spanish", "cp1252"),
    ("Spanish", "mac_roman"),
    ("Polish", "cp1250"),
    ("Polish", "iso8859-2"),
    ("Polish", "cp852"),
    ("Russian", "cp1251"),
    ("Russian", "koi8_r"),
    ("Russian", "iso8859-5"),
    ("Russian", "cp866"),
    ("Turkish", "cp1254"),
    ("Greek", "cp1253"),
    ("Chinese", "gb18030"),
    ("Chinese", "utf-16-le"),
    ("Chinese", "utf-16-be"),
    ("Chinese", "utf-8"),
    ("Taiwanese", "big5"),
    ("Taiwanese", "gb18030"),
    ("Japanese", "cp932"),
    ("Japanese", "euc_jp"),
    ("Korean", "cp949"),
]


def table(words):
    return "id,name\n" + "".join(f"{number},{word}\n" for number, word in enumerate(words))


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_a_dozen_words_are_read_as_they_were_written(language, encoding):
    words = WORDS[language].split()
    for seed in range(20):
        text = table(random.Random(seed).sample(words, min(12, len(words))))
        found = find_encoding(text.encode(encoding))
        assert text.encode(encoding).decode(found.encoding) == text


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_few_words_are_read_as_they_were_written_or_the_guess_is_doubted(language, encoding, count):
    words = WORDS[language].split()
    for seed in range(40):
        content = table(random.Random(seed).sample(words, count)).encode(encoding)
        found = find_encoding(content)
        assert found.doubtful or content.decode(found.encoding) == content.decode(encoding)


@given(st.lists(st.text("男女性别日期部分缓解进展稳定年月", min_size=1, max_size=6), min_size=1))
def test_chinese_in_gb18030_is_recognised(words):
    found = find_encoding(("列," + ",".join(words)).encode("gb18030"))
    assert found.encoding == "gb18030"


@given(st.text())
def test_what_is_utf_8_is_read_as_utf_8(text):
    content = "姓名,décès,男\n".encode() + text.encode()
    assert find_encoding(content).encoding in ("utf-8", "utf-8-sig")


@given(st.binary(max_size=60))
def test_any_bytes_have_an_encoding_they_can_be_read_in_or_none(content):
    found = find_encoding(content)
    if found.encoding:
        content.decode(found.encoding, "replace")
        assert found.name
    assert find_encoding(content) == found


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xff\xfe\x00\x00", "utf-32")]
)
def test_a_mark_settles_it(mark, encoding):
    found = find_encoding("\ufeff姓名\n".encode({"utf-8-sig": "utf-8"}.get(encoding, f"{encoding}-le")))
    assert (found.encoding, found.evidence, found.doubtful) == (encoding, "", False)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("cœur;5 €;½ comprimé\n", "iso8859-15"),
        ("cœur;5 €;½ comprimé\n", "cp1252"),
        ("25 µg, 37 °C, “O’Brien”\n", "cp1252"),
    ],
)
def test_signs_that_tell_latin_encodings_apart(text, encoding):
    kept = text.encode(encoding, "ignore")
    assert kept.decode(find_encoding(kept).encoding) == kept.decode(encoding)


def test_the_evidence_names_what_comes_next():
    found = find_encoding(table(WORDS["French"].split()).encode("cp1252"))
    assert found.evidence == (
        "40 of the 40 letters outside ASCII in its words make sense that way; "
        "Windows-1250 comes next and would change 9 of 28 words"
    )


def test_chinese_characters_that_happen_to_be_utf_8():
    # the bytes of each are those of a letter in UTF-8, which is how a file of a few characters is mistaken
    content = "追蹤\n".encode("gb18030")
    assert content.decode("utf-8")
    found = find_encoding(content)
    assert found.doubtful or found.encoding == "gb18030"


def test_a_few_bytes_do_not_change_the_encoding_of_the_others():
    content = "姓名,疗效\n张三,部分缓解\n".encode() + b"\xd0,x\n"
    assert find_encoding(content).encoding == "utf-8"
    assert count_unreadable(content, "utf-8") == (10, 1)
    assert first_unreadable(content, "utf-8") == (len(content) - 4, 3)
    assert first_unreadable(b"abc", "utf-8") == (-1, 0)


def test_the_first_byte_that_is_no_character_is_found_behind_many_others():
    content = ("男" * 600_000 + "\n").encode() + b"a\xffb"
    assert first_unreadable(content, "utf-8") == (1_800_002, 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTF-8", "utf-8-sig"),
        ("utf8", "utf-8-sig"),
        ("GBK", "gb18030"),
        ("gb2312", "gb18030"),
        ("GB18030", "gb18030"),
        ("Big5", "big5hkscs"),
        ("Shift_JIS", "cp932"),
        ("Latin-9", "iso8859-15"),
        ("ISO 8859-15", "iso8859-15"),
        ("Windows-1252", "cp1252"),
        ("Mac Roman", "mac-roman"),
        ("utf-16", "utf-16"),
    ],
)
def test_names_of_encodings(name, expected):
    assert parse_encoding(name) == expected


@pytest.mark.parametrize(
    ("name", "hint"), [("utf-9", '; did you mean "utf-8"?'), ("base64", ""), ("gb1803", "gb18030"), ("", "")]
)
def test_a_name_that_is_none_is_refused_with_the_nearest(name, hint):
    with pytest.raises(ValueError, match=rf'^"{name}" is not the name of an encoding') as refusal:
        parse_encoding(name)
    assert hint in str(refusal.value)
