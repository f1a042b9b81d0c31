"""xls files written record by record (MS-XLS), for what no library writes."""

import struct

END_OF_CHAIN, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def text(value, count="<H"):
    """A text that follows its length, in two bytes a character."""
    encoded = value.encode("utf-16-le")
    return struct.pack(count, len(encoded) // 2) + b"\1" + encoded


def font(struck=False, colour=0x7FFF):
    return record(
        0x31, struct.pack("<HHHHHBBBB", 200, 0x08 if struck else 0, colour, 400, 0, 0, 0, 0, 0) + text("Arial", "<B")
    )


def number_format(key, code):
    return record(0x41E, struct.pack("<H", key) + text(code))


def style(font_index=0, format_key=0, solid=0):
    """A cell's format; ``solid`` is the colour of its background."""
    fill = struct.pack("<IH", 1 << 26, solid) if solid else struct.pack("<IH", 0, 0x20C0)
    return record(
        0xE0, struct.pack("<HHHBBBB", font_index, format_key, 1, 0x20, 0, 0, 0xFC) + struct.pack("<I", 0) + fill
    )


def place(row, column, style_index=0):
    return struct.pack("<HHH", row, column, style_index)


def label(row, column, value, style_index=0, runs=()):
    """A text; ``runs`` are where each starts and its font, numbered as in the file but for the fourth, which none has."""
    content = place(row, column, style_index) + text(value)
    if not runs:
        return record(0x204, content)
    return record(0xD6, content + struct.pack("<H", len(runs)) + b"".join(struct.pack("<HH", *run) for run in runs))


def number(row, column, value, style_index=0):
    return record(0x203, place(row, column, style_index) + struct.pack("<d", value))


def boolean_or_error(row, column, value, is_error):
    return record(0x205, place(row, column) + bytes([value, is_error]))


def row(index, hidden=False, level=0):
    flags = level | (0x20 if hidden else 0) | 0x100
    return record(0x208, struct.pack("<HHHHHHI", index, 0, 256, 255, 0, 0, flags))


def hidden_column(index):
    return record(0x7D, struct.pack("<HHHHHH", index, index, 2048, 0, 1, 0))


def merged(top, bottom, left, right):
    return record(0xE5, struct.pack("<HHHHH", 1, top, bottom, left, right))


def comment(at_row, at_column, value, number=1):
    """The object, its text and where it belongs."""
    thing = struct.pack("<HHHHH", 0x15, 0x12, 0x19, number, 0x4011) + b"\0" * 12 + struct.pack("<HH", 0, 0)
    encoded = value.encode("utf-16-le")
    about = struct.pack("<HHHHHHHH", 0x212, 0, 0, 0, 0, len(value), 16, 0) + b"\0\0"
    return (
        record(0x5D, thing)
        + record(0x1B6, about)
        + record(0x3C, b"\1" + encoded)
        + record(0x3C, struct.pack("<HHI", 0, 0, 0) + struct.pack("<HHI", len(value), 0, 0))
        + record(0x1C, struct.pack("<HHHH", at_row, at_column, 0, number) + text("PI") + b"\0")
    )


def workbook(sheets, fonts=b"", formats=b"", styles=b"", date_1904=False, locked=False):
    """The stream of a workbook; ``sheets`` are (name, state, records)."""
    start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
    lock = record(0x2F, b"\0" * 6) if locked else b""
    globals_ = (
        lock + record(0x42, struct.pack("<H", 1200)) + record(0x22, struct.pack("<H", date_1904))
        + font() + fonts + formats + style() + styles
    )  # fmt: skip
    bodies = [
        record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 6)) + cells + record(0x0A) for _, _, cells in sheets
    ]
    lists = [struct.pack("<BB", state, 0) + text(name, "<B") for name, state, _ in sheets]
    at = len(start) + len(globals_) + sum(8 + len(each) for each in lists) + 4
    listed = b""
    for each, body in zip(lists, bodies, strict=True):
        listed += record(0x85, struct.pack("<I", at) + each)
        at += len(body)
    return start + globals_ + listed + record(0x0A) + b"".join(bodies)


def compound_file(stream, name="Workbook"):
    """A compound file (MS-CFB) with one stream: its table, its directory, the stream."""

    def entry(title, kind, child, first, size):
        encoded = title.encode("utf-16-le") + b"\0\0"
        head = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, FREE, FREE, child)
        return head.ljust(116, b"\0") + struct.pack("<IQ", first, size)

    body = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    count = len(body) // 512
    tables = -(-(count + 3) // 128)
    chain = [TABLE] * tables + [END_OF_CHAIN] + [*range(tables + 2, tables + 1 + count), END_OF_CHAIN]
    table = struct.pack(f"<{128 * tables}I", *chain, *[FREE] * (128 * tables - len(chain)))
    directory = entry("Root Entry", 5, 1, END_OF_CHAIN, 0) + entry(name, 2, FREE, tables + 1, len(body))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head = head.ljust(44, b"\0") + struct.pack("<IIIIIIII", tables, tables, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0)
    head += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    return head + table + directory.ljust(512, b"\0") + body
