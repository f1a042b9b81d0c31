import io
import struct
import zipfile

import pytest

from hcc_sdtm.problem import StudyError
from hcc_sdtm.raw import archive as archive_module
from hcc_sdtm.raw.archive import is_archive, list_members, open_member, walk_members

TABLE = b"a,b\n1,2\n"


def packed(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.filename = name  # a backslash or a leading slash stays
            info.compress_type = method
            archive.writestr(info, content)
    return out.getvalue()


def write(tmp_path, members, **options):
    path = tmp_path / "a.zip"
    path.write_bytes(members if isinstance(members, bytes) else packed(members, **options))
    return path


def with_raw_names(content, names):
    """The same archive with other bytes as names, none of which is said to be UTF-8; lengths must agree."""
    for plain, raw in names.items():
        assert len(plain) == len(raw)
        content = content.replace(plain, raw)
    return content


def with_flag(content, flag):
    """The same archive with a bit set in the flags of each member, in both places that have them."""
    changed = bytearray(content)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(sign)
        while at >= 0:
            changed[at + offset] |= flag
            at = changed.find(sign, at + 4)
    return bytes(changed)


def refusal(path):
    with pytest.raises(StudyError) as raised:
        list_members(path, "101/a.zip")
    assert "\n" not in str(raised.value)
    return str(raised.value)


def content_of(path, member):
    with open_member(path, member, f"a.zip/{member}") as unpacked:
        assert unpacked.suffix == f".{member.rpartition('.')[2]}"
        return unpacked.read_bytes()


def test_members_in_their_order(tmp_path):
    path = write(tmp_path, [("forms/", b""), ("forms/rs.csv", TABLE), ("b.csv", b"x"), ("dir\\c.csv", b"y")])
    assert list_members(path, "a.zip") == ["forms/rs.csv", "b.csv", "dir/c.csv"]
    assert content_of(path, "forms/rs.csv") == TABLE
    assert content_of(path, "dir/c.csv") == b"y"


def test_files_that_programs_leave_behind_are_told_from_the_others(tmp_path):
    names = ["__MACOSX/._a.csv", ".DS_Store", "x/Thumbs.db", "~$a.xlsx", "desktop.ini", "a.csv"]
    path = write(tmp_path, [(name, TABLE) for name in names])
    assert list_members(path, "a.zip") == ["a.csv"]
    assert [member.name for member in walk_members(path, "a.zip") if member.left_out] == names[:-1]


def test_an_archive_in_an_archive_is_followed(tmp_path):
    inner = packed([("rs.csv", TABLE)])
    path = write(tmp_path, [("site/101.zip", inner), ("102.ZIP", packed([("x/103.zip", inner)])), ("b.csv", b"x")])
    assert list_members(path, "a.zip") == ["site/101.zip/rs.csv", "102.ZIP/x/103.zip/rs.csv", "b.csv"]
    assert content_of(path, "site/101.zip/rs.csv") == TABLE
    assert content_of(path, "102.ZIP/x/103.zip/rs.csv") == TABLE
    with open_member(path, "site/101.zip", "a.zip/site/101.zip") as unpacked:
        assert unpacked.read_bytes() == inner


def test_an_archive_too_deep_or_damaged_is_one_file(tmp_path):
    nested = packed([("rs.csv", TABLE)])
    for depth in range(3):
        nested = packed([(f"{depth}.zip", nested)])
    path = write(tmp_path, [("deep.zip", nested), ("bad.zip", b"PK\x03\x04 cut")])
    assert list_members(path, "a.zip") == ["deep.zip/2.zip/1.zip", "bad.zip"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("gb18030", "第1次随访.csv"),
        ("gb18030", "患者基线信息/入组.csv"),
        ("utf-8", "第1次随访.csv"),
        ("cp850", "Größe_Müller.csv"),
    ],
)
def test_names_whose_encoding_the_archive_does_not_say(tmp_path, encoding, name):
    raw = name.encode(encoding)
    plain = bytes(97 + number % 26 for number in range(len(raw)))
    path = write(tmp_path, with_raw_names(packed([(plain.decode(), TABLE)]), {plain: raw}))
    assert list_members(path, "a.zip") == [name]
    assert content_of(path, name) == TABLE


def test_a_name_that_the_archive_says_is_utf_8(tmp_path):
    path = write(tmp_path, [("第1次.csv", TABLE)])
    assert list_members(path, "a.zip") == ["第1次.csv"]


@pytest.mark.parametrize("name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv", "x/.."])
def test_a_name_outside_the_archive_is_refused(tmp_path, name):
    message = refusal(write(tmp_path, [("b.csv", TABLE), (name, TABLE)]))
    assert message == f'101/a.zip: holds a file named "{name}", a place outside the archive; pack it again'.replace(
        "\\", "/"
    )


def test_a_file_without_a_name_is_refused(tmp_path):
    content = bytearray(packed([("a", TABLE)]))
    at = content.find(b"PK\x01\x02")
    struct.pack_into("<H", content, at + 28, 0)
    del content[at + 46]
    struct.pack_into("<L", content, content.find(b"PK\x05\x06") + 12, 46)
    assert refusal(write(tmp_path, bytes(content))) == "101/a.zip: holds a file without a name; pack it again"


def test_names_that_only_look_like_it_are_read(tmp_path):
    assert list_members(write(tmp_path, [("a../b..csv", TABLE), ("./c.csv", TABLE)]), "a.zip") == [
        "a../b..csv",
        "c.csv",
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path):
    message = '101/a.zip: holds two files named "x/a.csv"; pack it again with one of them'
    assert refusal(write(tmp_path, [("x/a.csv", TABLE), ("x/a.csv", b"other")])) == message
    assert refusal(write(tmp_path, [("x/a.csv", TABLE), ("x\\a.csv", b"other")])) == message


def test_a_locked_archive_is_refused_and_a_locked_file_when_it_is_read(tmp_path):
    locked = with_flag(packed([("a.csv", TABLE)]), 1)
    message = "101/a.zip: is locked with a password; unpack it and give the files themselves"
    assert refusal(write(tmp_path, locked)) == message
    mixed = packed([("a.csv", TABLE), ("b.csv", TABLE)])
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = mixed.find(sign) + offset
        mixed = mixed[:at] + bytes([mixed[at] | 1]) + mixed[at + 1 :]
    path = write(tmp_path, mixed)
    assert list_members(path, "a.zip") == ["a.csv", "b.csv"]
    with pytest.raises(
        StudyError, match=r"^a\.zip/a\.csv: is locked with a password; unpack it and give the file itself$"
    ):
        content_of(path, "a.csv")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    message = refusal(write(tmp_path, [("a.csv", bytes(1 << 25))]))
    assert message == '101/a.zip: unpacks "a.csv" to more than 250 times its packed size, as no table does'


def test_a_bomb_inside_an_archive_refuses_all(tmp_path):
    message = refusal(write(tmp_path, [("b.zip", packed([("a.csv", bytes(1 << 25))]))]))
    assert message.startswith('101/a.zip/b.zip: unpacks "a.csv" to more than')


def test_archives_that_unpack_to_too_much_or_hold_too_many_files(tmp_path, monkeypatch):
    path = write(tmp_path, [("a.csv", bytes(600)), ("b.zip", packed([("c.csv", bytes(600))]))])
    monkeypatch.setattr(archive_module._Budget, "__init__", lambda self: vars(self).update(members=10, size=1000))
    assert (
        refusal(path)
        == "101/a.zip/b.zip: unpacks to more than 2,048 MB, the most that is read from one archive; split it"
    )
    monkeypatch.setattr(archive_module._Budget, "__init__", lambda self: vars(self).update(members=2, size=10**6))
    assert refusal(path) == "101/a.zip/b.zip: holds more than 10,000 files; unpack it and give those needed"


def test_a_list_of_files_that_is_too_long_is_not_read(tmp_path, monkeypatch):
    path = write(tmp_path, [(f"{number}.csv", b"") for number in range(30)])
    monkeypatch.setattr(archive_module, "MAX_MEMBERS", 20)
    monkeypatch.setattr(archive_module.zipfile, "ZipFile", None)
    assert refusal(path) == "101/a.zip: holds more than 20 files; unpack it and give those needed"


def test_an_archive_that_contains_itself_ends(tmp_path):
    # each archive holds two others that hold two others
    content = packed([("rs.csv", TABLE)])
    for _ in range(6):
        content = packed([("1.zip", content), ("2.zip", content)])
    assert len(list_members(write(tmp_path, content), "a.zip")) == 8


@pytest.mark.parametrize(
    "damage", [lambda c: c[:-30], lambda c: c[: len(c) // 2], lambda c: b"PK\x03\x04", lambda c: b"PK\x05\x06" * 6]
)
def test_a_damaged_archive_is_refused(tmp_path, damage):
    message = refusal(write(tmp_path, damage(packed([("a.csv", TABLE * 100)]))))
    assert message.startswith("101/a.zip: is a damaged archive, or one cut short; send it again (")


def test_a_damaged_file_in_an_archive_is_refused_when_it_is_read(tmp_path):
    content = packed([("a.csv", b"0123456789" * 50)], zipfile.ZIP_STORED).replace(b"0123456789", b"0123456780", 1)
    with pytest.raises(StudyError, match=r"^a\.zip/a\.csv: is damaged inside the archive; send it again \(Bad CRC-32"):
        content_of(write(tmp_path, content), "a.csv")


def test_a_method_of_packing_that_is_not_known_is_named(tmp_path):
    content = bytearray(packed([("a.csv", TABLE)]))
    for sign, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", content, content.find(sign) + offset, 9)
    with pytest.raises(StudyError, match=r"^a\.zip/a\.csv: is packed in a way that is not read here; unpack it"):
        content_of(write(tmp_path, bytes(content)), "a.csv")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(StudyError, match=r"^a\.zip/b\.csv: no such file in the archive$"):
        content_of(write(tmp_path, [("a.csv", TABLE)]), "b.csv")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (packed([("a.csv", TABLE)]), True),
        (packed([("[Content_Types].xml", b"")]), False),
        (packed([("_rels/.rels", b""), ("xl/workbook.xml", b"")]), False),
        (packed([("mimetype", b""), ("content.xml", b"")]), False),
        (b"PK\x03\x04 cut", True),
        (TABLE, False),
        (b"", False),
    ],
)
def test_what_is_an_archive(tmp_path, content, expected):
    assert is_archive(write(tmp_path, content)) is expected
