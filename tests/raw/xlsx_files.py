"""xlsx files written part by part, for what no library writes."""

import zipfile

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
STYLES = (
    "<numFmts><numFmt numFmtId='164' formatCode='[h]:mm'/><numFmt numFmtId='165' formatCode='yyyy-mm'/></numFmts>"
    "<fonts><font/><font><strike/></font><font><color rgb='FFFFFFFF'/></font></fonts>"
    "<fills><fill/><fill/><fill><patternFill patternType='solid'><fgColor rgb='FF00FF00'/></patternFill></fill></fills>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='14'/><xf numFmtId='165'/><xf fontId='1'/><xf fontId='2'/>"
    "<xf fontId='2' fillId='2'/></cellXfs>"
)
"""Style 1 shows [h]:mm, 2 a date, 3 a month; 4 is struck through, 5 white on white, 6 white on green."""


def relationships(targets):
    """A list of relations: id, last word of the kind, target."""
    links = "".join(f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{to}"/>' for key, kind, to in targets)
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'


def write_xlsx(path, rows="", texts="", styles=STYLES, head="", tail="", parts=None, sheet_relations=()):
    """A workbook of one sheet S; ``rows`` lie in its sheetData, ``texts`` in its shared texts; ``parts`` come on top."""
    content = {
        "_rels/.rels": relationships([("r", "officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": relationships(
            [
                ("r1", "worksheet", "worksheets/sheet1.xml"),
                ("r2", "sharedStrings", "sharedStrings.xml"),
                ("r3", "styles", "styles.xml"),
            ]
        ),
        "xl/workbook.xml": (
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": f'{HEAD}<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    if sheet_relations:
        content["xl/worksheets/_rels/sheet1.xml.rels"] = relationships(sheet_relations)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in (content | (parts or {})).items():
            package.writestr(name, part)
    return path
