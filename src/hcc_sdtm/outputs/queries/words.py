"""The words of a query workbook beside its questions: headings, answers, states, instructions, in each language.

The register has answers and states in English; a workbook shows them in the site's language, and may come back in another.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from hcc_sdtm.outputs.queries.texts import CHINESE, ENGLISH
from hcc_sdtm.register.queries import ANSWERS, STATES

COLUMNS = (
    "number", "file", "sheet", "cell", "subject", "seen", "matters", "endpoints", "expected", "state",
    "answer", "new_value", "comment", "answered_by", "answered", "key",
)  # fmt: skip
"""The columns of the Queries sheet, by the names that its hidden row has; the last one is hidden too."""

FILLED_IN = ("answer", "new_value", "comment", "answered_by", "answered")
"""The columns that the site fills in."""


@dataclass(frozen=True)
class Words:
    """The words of one language; ``headings`` are those of `COLUMNS`.

    ``moved`` says what the answer to a question moves, ``lost`` of what it makes estimable or not; ``measures`` and ``units``
    name statistics and the units of a change as they follow the number, and what they lack is called as in the results.
    """

    title: str
    instructions: str
    headings: tuple[str, ...]
    answers: tuple[str, ...]
    states: tuple[str, ...]
    row: str
    no_endpoint: str
    every_endpoint: str
    more: str
    also: str
    further: str
    expected: str
    invalid: str
    separator: str
    font: str
    note: str
    moved: str
    lost: str
    measures: Mapping[str, str]
    units: Mapping[str, str]

    def answer(self, answer: str) -> str:
        """An answer of the register in this language."""
        return self.answers[ANSWERS.index(answer)] if answer else ""

    def state(self, state: str) -> str:
        """A state of the register in this language."""
        return self.states[STATES.index(state)]


WORDS = {
    ENGLISH: Words(
        title="Data queries of study {study} to site {site}",
        instructions=(
            "Each line is one question about a cell of your own files. The blue cell address leads to the row on a sheet of "
            "this workbook; cells in red are errors, cells in yellow are doubts. Please choose an answer in the column Answer "
            "and, where you corrected something, write the new value beside it; add your name and the date. Please mend your "
            "own file too, so that the next transfer has it. This workbook shows patients of your hospital: send it to nobody "
            "else."
        ),
        headings=(
            "Number", "File", "Sheet", "Cell", "Subject", "What was seen", "Why it matters", "Endpoints touched",
            "What was expected", "State", "Answer", "New value", "Comment", "Answered by", "Date", "Key",
        ),
        answers=ANSWERS,
        states=STATES,
        row="Row",
        no_endpoint="none",
        every_endpoint="all endpoints",
        more="and {count} more",
        also="Also: ",
        further="Further cells: ",
        expected="Expected: ",
        invalid="Please choose one of the list",
        separator="; ",
        font="Calibri",
        note="A copy of {file}, its texts as they were typed; colours, comments and numbers of queries were added.",
        moved="Moves {endpoint} {statistic} by up to {change} ({least} to {greatest})",
        lost="Moves {endpoint} {statistic} to or from NE ({least} to {greatest})",
        measures={},
        units={"%": " points"},
    ),
    CHINESE: Words(
        title="研究{study}数据质疑表：中心{site}",
        instructions=(
            "每一行是关于贵中心文件中某个单元格的一个问题。点击蓝色的单元格地址可转到本工作簿中对应的行；红色单元格为错误，黄色单元格为疑问。"
            "请在黄色的“答复”列选择答复；如已更正，请在旁边填写新值，并填写答复人和日期。请同时更正贵中心的原始文件，以便下次提交时包含更正内容。"
            "本工作簿含有贵中心患者的信息，请勿转发给他人。"
        ),
        headings=(
            "编号", "文件", "工作表", "单元格", "受试者", "发现的问题", "为什么重要", "涉及的终点",
            "期望的内容", "状态", "答复", "新值", "备注", "答复人", "日期", "键",
        ),
        answers=("已更正", "确认无误", "无法获知", "稍后提供"),
        states=("待答复", "已答复", "已关闭", "重新打开", "已升级"),
        row="行号",
        no_endpoint="无",
        every_endpoint="全部终点",
        more="另有{count}项",
        also="另外：",
        further="其他单元格：",
        expected="期望：",
        invalid="请从列表中选择",
        separator="；",
        font="Microsoft YaHei",
        note="{file}的副本，文字与原始录入一致；添加了颜色、批注和质疑编号。",
        moved="可使{endpoint}{statistic}变动最多{change}（{least}至{greatest}）",
        lost="可使{endpoint}{statistic}变为NE或不再为NE（{least}至{greatest}）",
        measures={
            "median": "中位数",
            "rate": "{time}个月率",
            "incidence": "{time}个月累积发生率（{cause}）",
            "proportion": "比例",
        },
        units={"%": "个百分点", "months": "个月", "days": "天"},
    ),
}  # fmt: skip


def folded(text: str) -> str:
    """The text without what programs and people change: width, case, outer space and double blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


HEADINGS = {
    folded(heading): name for words in WORDS.values() for name, heading in zip(COLUMNS, words.headings, strict=True)
}
"""Column names by heading, folded, of every language."""

ANSWER_BY_WORD = {
    folded(word): answer for words in WORDS.values() for word, answer in zip(words.answers, ANSWERS, strict=True)
}
"""Answers of the register by what a workbook calls them, folded, of every language."""


LISTED_ANSWERS = ", ".join(
    " or ".join(dict.fromkeys(words.answers[at] for words in WORDS.values())) for at in range(len(ANSWERS))
)
"""The answers of every language, for a message."""


def machine_name(study: str, column: str) -> str:
    """What the hidden row says of a column: it tells the workbook, the study and the column, whatever else was changed."""
    return f"hcc-sdtm:{study}:{column}"


def parse_machine_name(text: str) -> tuple[str, str] | None:
    """Study and column of a text of the hidden row; None for another text."""
    parts = text.strip().split(":")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "hcc-sdtm" and parts[2] in COLUMNS else None


def format_mark(study: str, key: str, rounds: int) -> str:
    """What the hidden column says of a question: study, key of its finding, and the round it is asked in."""
    return f"{study}/{key}/{rounds}"


def parse_mark(text: str) -> tuple[str, str, int]:
    """Study, key and round of a text of the hidden column; ``""`` and 0 where it says nothing of them."""
    study, _, rest = text.strip().partition("/")
    key, _, rounds = rest.partition("/")
    return study, key, int(rounds) if rounds.isdecimal() else 0
