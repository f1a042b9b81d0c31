"""The answers come back: from any program, in any order, in either language, or not at all."""

import csv
import datetime
import shutil

import openpyxl
import pytest

from hcc_sdtm import pipeline
from hcc_sdtm.outputs.queries.importing import import_answers
from hcc_sdtm.outputs.queries.words import WORDS
from hcc_sdtm.problem import StudyError, nearest
from hcc_sdtm.register.queries import QUERIES_FILE

SEX, BIRTH, DEATH = "site_101.xlsx:入组!C22", "site_101.xlsx:入组!D28", "site_101.xlsx:随访!II7"
SIZE = "site_101.xlsx:随访!AH11"


class Workbook:
    """A query workbook in the hands of a site."""

    def __init__(self, path):
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book["Queries"]

    @property
    def columns(self):
        row = next(row for row in self.sheet.iter_rows() if str(row[0].value or row[1].value).startswith("hcc-sdtm:"))
        return {cell.value.split(":")[-1]: cell.column for cell in row if cell.value}

    def row_of(self, number):
        at = self.columns["number"]
        return next(row for row in range(1, self.sheet.max_row + 1) if self.sheet.cell(row, at).value == number)

    def fill(self, number, /, **texts):
        row = self.row_of(number)
        for name, text in texts.items():
            self.sheet.cell(row, self.columns[name]).value = text

    def save(self, path):
        self.book.save(path)
        return path


@pytest.fixture
def book(asked):
    return Workbook(asked.folder / "101_queries.xlsx")


def take(asked, *paths, **options):
    return import_answers(asked.study, paths, options.pop("rounds", 2), **options)


def problems(error):
    return [str(problem) for problem in error.value.problems]


def test_answers_change_states_and_are_kept(asked, book, tmp_path):
    sex, birth, death, size = (asked.at(cell).number for cell in (SEX, BIRTH, DEATH, SIZE))
    book.fill(sex, answer="已更正", new_value="男", answered_by="李医生", answered="2024-03-02")
    book.fill(birth, answer="无法获知")
    book.fill(death, answer="确认无误", comment="死亡证明已核对", answered_by="李医生")
    book.fill(size, answer="稍后提供")
    found = take(asked, book.save(tmp_path / "答复.xlsx"))
    assert found.states == {"answered": 2, "escalated": 1}
    query = asked.queries[sex]
    assert (query.state, query.answer, query.new_value) == ("answered", "corrected", "男")
    assert (query.answered_by, query.answered) == ("李医生", "2024-03-02")
    assert asked.queries[birth].state == "escalated"
    assert asked.queries[size].answer == "will follow"
    (line,) = found.waiver_lines
    assert line == (
        f"hcc-sdtm waive {asked.study} OUT {asked.at(DEATH).key} "
        f"--reason '{death}: confirmed as is by 李医生: 死亡证明已核对' --author '李医生'"
    )


def test_the_line_that_waives_names_the_run_where_the_workbook_lies_beside_it(asked, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(asked.out, out)
    shutil.copytree(asked.folder, tmp_path / "out-queries")
    book = Workbook(tmp_path / "out-queries" / "101_queries.xlsx")
    book.fill(asked.at(DEATH).number, answer="确认无误")
    found = take(asked, book.save(tmp_path / "out-queries" / "101_queries.xlsx"))
    assert f" {out} " in found.waiver_lines[0]


def test_an_answered_query_stands_answered_in_the_next_workbook(asked, book, tmp_path):
    number = asked.at(SEX).number
    book.fill(number, answer="已更正", new_value="男")
    take(asked, book.save(tmp_path / "a.xlsx"))
    asked.write()
    again = Workbook(asked.folder / "101_queries.xlsx")
    row = again.row_of(number)
    values = {name: again.sheet.cell(row, column).value for name, column in again.columns.items()}
    assert (values["state"], values["answer"], values["new_value"]) == ("已答复", "已更正", "男")
    again.save(tmp_path / "again.xlsx")
    assert number not in [query.number for query in take(asked, tmp_path / "again.xlsx").changed]
    assert asked.queries[number].state == "answered"


def sort_rows(book):
    rows = [[cell.value for cell in row] for row in book.sheet.iter_rows(min_row=5)]
    for at, row in enumerate(reversed(rows), start=5):
        for column, value in enumerate(row, start=1):
            book.sheet.cell(at, column).value = value


def insert_rows(book):
    book.sheet.insert_rows(1, 2)
    book.sheet.insert_rows(9)
    book.sheet.cell(9, 6).value = "please see the letter"


def delete_columns(book):
    for name in ("endpoints", "matters", "key"):
        book.sheet.delete_cols(book.columns[name])


def delete_hidden_row(book):
    book.sheet.delete_rows(3)


def rename_sheet(book):
    book.sheet.title = "质疑 (2)"


def other_language(book):
    book.sheet.delete_rows(3)
    for column, heading in enumerate(WORDS["en"].headings, start=1):
        book.sheet.cell(3, column).value = heading.upper() + " "


CHANGES = [sort_rows, insert_rows, delete_columns, delete_hidden_row, rename_sheet, other_language]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("word", ["已更正", "Corrected ", "ＣＯＲＲＥＣＴＥＤ"])
def test_a_changed_workbook_is_read(asked, book, tmp_path, change, word):
    number = asked.at(BIRTH).number
    book.fill(number, answer=word, new_value="1961-02-28")
    change(book)
    take(asked, book.save(tmp_path / "renamed.xlsx"))
    query = asked.queries[number]
    assert (query.state, query.answer, query.new_value) == ("answered", "corrected", "1961-02-28")
    assert [each.number for each in asked.queries.values() if each.state == "answered"] == [number]


def test_a_workbook_saved_as_text_is_read(asked, book, tmp_path):
    number = asked.at(BIRTH).number
    book.fill(number, answer="无法获知")
    path = tmp_path / "101.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[cell or "" for cell in row] for row in book.sheet.iter_rows(values_only=True)])
    take(asked, path)
    assert asked.queries[number].state == "escalated"


def test_a_date_typed_as_a_date_is_kept_as_a_day(asked, book, tmp_path):
    number = asked.at(BIRTH).number
    book.fill(number, answer="已更正", new_value=datetime.date(1961, 2, 28), answered=datetime.datetime(2024, 3, 2))
    take(asked, book.save(tmp_path / "a.xlsx"))
    assert asked.queries[number].new_value == "1961-02-28"
    assert asked.queries[number].answered == "2024-03-02"


def test_what_identifies_a_patient_is_not_kept(asked, book, tmp_path):
    number = asked.at(SEX).number
    book.fill(number, answer="确认无误", comment="胡丽刚，住院号002651044，已核对 =1+1", answered_by="@cmd|x")
    found = take(asked, book.save(tmp_path / "a.xlsx"))
    register = (asked.study / QUERIES_FILE).read_text(encoding="utf-8-sig")
    assert asked.queries[number].comment == "***，住院号***，已核对 =1+1"
    assert asked.queries[number].answered_by == "'@cmd|x"
    for text in ("胡丽刚", "002651044"):
        assert text not in register
        assert text not in repr(found)


def test_the_new_value_of_an_identifying_cell_is_never_kept(asked, tmp_path):
    path = asked.study / "raw" / "site_101.xlsx"
    workbook = openpyxl.load_workbook(path)
    workbook["入组"]["A28"].value = "999999999"
    workbook.save(path)
    out = tmp_path / "out2"
    pipeline.run(asked.study, out, sites=("101",))
    asked.write(out=out)
    query = asked.at("site_101.xlsx:入组!A28")
    assert (query.rule, query.hidden) == ("MAP-001", "Y")
    book = Workbook(asked.folder / "101_queries.xlsx")
    book.fill(query.number, answer="已更正", new_value="00545316x")
    take(asked, book.save(tmp_path / "a.xlsx"))
    register = (asked.study / QUERIES_FILE).read_text(encoding="utf-8-sig")
    assert asked.queries[query.number].new_value == "***"
    assert "00545316x" not in register
    assert "999999999" not in register


def test_a_problem_shows_no_identity_either(asked, book, tmp_path):
    book.fill(asked.at(SEX).number, answer="胡丽刚")
    with pytest.raises(StudyError) as error:
        take(asked, book.save(tmp_path / "a.xlsx"))
    assert '"***" is not an answer of the list' in problems(error)[0]


def test_every_problem_of_every_file_is_told_at_once_and_nothing_is_written(asked, book, tmp_path):
    numbers = [asked.at(cell).number for cell in (SEX, BIRTH, DEATH, SIZE)]
    rows = [book.row_of(number) for number in numbers]
    book.fill(numbers[0], answer="已更证")
    book.fill(numbers[1], answer="确认无误", new_value="1961-02-28")
    book.fill(numbers[2], answer="已更正", new_value="2023-11-30")
    book.fill(numbers[3], number="101-0999", answer="已更正")
    first = book.save(tmp_path / "first.xlsx")
    other = Workbook(asked.folder / "101_queries.xlsx")
    other.fill(numbers[2], answer="无法获知")
    second = other.save(tmp_path / "second.xlsx")
    before = (asked.study / QUERIES_FILE).read_bytes()
    with pytest.raises(StudyError) as error:
        take(asked, first, second, asked.study / "raw" / "site_102.xlsx", tmp_path / "none.xlsx")
    near = nearest("101-0999", asked.queries)
    of_lines = {
        rows[1]: f'{numbers[1]} is answered "confirmed as is" and has the new value "1961-02-28"',
        rows[3]: f'no query "101-0999" in the register{near}',
    }
    assert near.startswith('; did you mean "101-')
    assert problems(error) == [
        f'first.xlsx:Queries!K{rows[0]}: "已更证" is not an answer of the list; did you mean "已更正"?; corrected or 已更正, '
        "confirmed as is or 确认无误, not known or 无法获知, will follow or 稍后提供 was expected",
        "site_102.xlsx: is no query workbook: no sheet has the columns number and answer as hcc-sdtm queries writes them",
        f"{tmp_path / 'none.xlsx'}: no such file; an answered query workbook was expected",
        *(f"first.xlsx:Queries!K{row}: {of_lines[row]}" for row in sorted(of_lines)),
        f'second.xlsx:Queries!K{rows[2]}: {numbers[2]} is answered "not known" here and "corrected" ("2023-11-30") at '
        f"first.xlsx:Queries!K{rows[2]}",
    ]
    assert (asked.study / QUERIES_FILE).read_bytes() == before


def test_a_workbook_of_another_study_is_refused(asked, book, tmp_path):
    path = asked.study / "study.yaml"
    path.write_text(path.read_text().replace("study: RTHCC", "study: OTHER"))
    with pytest.raises(StudyError) as error:
        take(asked, book.save(tmp_path / "a.xlsx"))
    assert problems(error) == ['a.xlsx:Queries: is a workbook of study "RTHCC", not of "OTHER"']


def test_a_workbook_that_nothing_tells_the_study_of_is_refused(asked, book, tmp_path):
    book.sheet.delete_cols(book.columns["key"])
    book.sheet.delete_rows(3)
    with pytest.raises(StudyError, match=r"nothing in it tells its study; .* Is it of RTHCC\?"):
        take(asked, book.save(tmp_path / "a.xlsx"))


def test_a_number_that_was_overwritten_with_another_is_seen(asked, book, tmp_path):
    sex, birth = asked.at(SEX).number, asked.at(BIRTH).number
    book.fill(sex, number=birth, answer="已更正")
    with pytest.raises(StudyError, match=f"{birth} is another question here than in the register"):
        take(asked, book.save(tmp_path / "a.xlsx"))


def test_an_answer_on_a_row_without_a_number_is_seen(asked, book, tmp_path):
    book.fill(asked.at(SEX).number, number="?", answer="已更正")
    with pytest.raises(StudyError, match='"\\?" is no number of a query, and the row is answered'):
        take(asked, book.save(tmp_path / "a.xlsx"))


def test_answers_before_any_query_are_refused(reference, tmp_path):
    with pytest.raises(StudyError, match="has no query yet"):
        import_answers(reference.study, [tmp_path / "a.xlsx"], 2)


def test_two_rounds_without_an_answer_escalate(asked):
    number = asked.at(SEX).number
    assert take(asked, asked.folder / "101_queries.xlsx").states == {}
    assert take(asked, asked.folder / "101_queries.xlsx").states == {}  # the same workbook again ends no second round
    asked.write()
    found = take(asked, asked.folder / "101_queries.xlsx")
    assert asked.queries[number].state == "escalated"
    assert set(found.states) == {"escalated"}


def test_what_comes_of_an_answer_when_the_next_file_comes(asked, book, tmp_path):
    sex, birth = asked.at(SEX).number, asked.at(BIRTH).number
    book.fill(sex, answer="已更正", new_value="男")
    book.fill(birth, answer="已更正", new_value="1961-02-28")
    take(asked, book.save(tmp_path / "a.xlsx"))
    path = asked.study / "raw" / "site_101.xlsx"
    workbook = openpyxl.load_workbook(path)
    workbook["入组"]["D28"].value = "1961-02-28"
    workbook.save(path)
    out = tmp_path / "out2"
    pipeline.run(asked.study, out)
    asked.write(out=out)
    assert asked.queries[birth].state == "closed"
    assert asked.queries[birth].new_value == "1961-02-28"
    query = asked.queries[sex]
    assert (query.state, query.why) == (
        "re-opened", 'answered as corrected, and found again; the answer was "corrected": 男',
    )  # fmt: skip
    late = Workbook(tmp_path / "a.xlsx")
    late.fill(birth, answer="无法获知", new_value=None)
    with pytest.raises(StudyError, match=f"{birth} is closed"):
        take(asked, late.save(tmp_path / "late.xlsx"))
