"""Site 101: one Chinese workbook, one row a patient under the hospital's own number, visits side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from hcc_sdtm.synthetic.form import LEVEL, Form, number_cells, write_csv, write_workbook
from hcc_sdtm.synthetic.known_study import KnownStudy
from hcc_sdtm.synthetic.records import child_pugh_grade, irradiated_sites, procedures
from hcc_sdtm.synthetic.typed_dates import TO_FULL_WIDTH, type_dates
from hcc_sdtm.synthetic.words import type_words

SITE = "101"
FILE, KEY_FILE = "site_101.xlsx", "site_101_key.csv"
BLOCKS = 17
"""Visits that stand side by side: fifteen of the schedule and two outside it."""

MEASURES = (
    "访视编号", "检查日期", "检查方式", "靶病灶1(mm)", "靶病灶2(mm)", "靶病灶3(mm)", "存活病灶1(mm)", "存活病灶2(mm)",
    "非靶病灶1", "非靶病灶2", "新病灶", "RECIST 1.1疗效", "mRECIST疗效", "AFP(ng/mL)",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"


def block_column(order: int, measure: str) -> str:
    """Header of a measure in the nth visit of a patient."""
    return f"第{order}次随访{LEVEL}{measure}"


def build_forms(study: KnownStudy, generator: np.random.Generator) -> dict[str, Form]:
    """The three sheets and the key file, by name."""
    rows = study.rows_at(SITE)
    numbers, names = _identify(len(rows), generator)
    return {
        "入组": _enrolment(study, rows, numbers, names, generator),
        "放疗": _radiotherapy(study, rows, numbers, names, generator),
        "随访": _follow_up(study, rows, numbers, names, generator),
        "key": Form(
            KEY_FILE, "",
            pd.DataFrame({"住院号": numbers, "研究编号": study.subjects["SUBJID"].to_numpy()[rows]}, dtype=object),
            study.subjects["USUBJID"].to_numpy()[rows],
        ),
    }  # fmt: skip


def write_site(raw: Path, forms: dict[str, Form]) -> None:
    """Writes the workbook and its key file."""
    write_workbook(raw / FILE, [forms[name] for name in ("入组", "放疗", "随访")])
    write_csv(raw / KEY_FILE, forms["key"])


def _identify(count: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Hospital numbers (text with leading zeros) and names."""
    numbers = generator.choice(9_000_000, count, replace=False) + 1_000_000
    surnames = generator.integers(0, len(SURNAMES), count)
    given = generator.integers(0, len(GIVEN), (count, 2))
    texts = [f"00{number}" for number in numbers]
    names = [SURNAMES[one] + GIVEN[two] + GIVEN[three] for one, (two, three) in zip(surnames, given, strict=True)]
    return np.array(texts, dtype=object), np.array(names, dtype=object)


def _enrolment(
    study: KnownStudy, rows: np.ndarray, numbers: np.ndarray, names: np.ndarray, generator: np.random.Generator
) -> Form:
    subjects, known = study.subjects.iloc[rows], study.known.iloc[rows]
    screened = ~subjects["SCRNFAIL"].to_numpy()
    age = np.array([str(int(value)) for value in subjects["AGE"]], dtype=object)
    wide = generator.random(len(rows)) < 0.06
    age = np.array(
        [text.translate(TO_FULL_WIDTH) if full else int(text) for text, full in zip(age, wide, strict=True)],
        dtype=object,
    )

    def dates(name: str) -> np.ndarray:
        return type_dates(known[name], SITE, generator)

    def words(name: str, kind: str) -> np.ndarray:
        return type_words(SITE, subjects[name], kind)

    diagnosis = dates("DIAGNOSIS")
    prior = procedures(study)
    prior = prior[prior["CATEGORY"] == "PRIOR LOCAL THERAPY"]
    columns: dict[str, object] = {
        "住院号": numbers,
        "姓名": names,
        "性别": words("SEX", "sex"),
        "出生日期": dates("BIRTH"),
        "年龄": age,
        "知情同意日期": dates("CONSENT"),
        "ECOG": np.where(screened, number_cells(subjects["ECOG"]), ""),
        "Child-Pugh评分": np.where(screened, number_cells(subjects["CHILDPUGH"]), ""),
        "Child-Pugh分级": np.where(screened, child_pugh_grade(study)[rows], ""),
        "乙肝": type_words(SITE, np.where(subjects["HBV"], "Y", "N"), "hepatitis"),
        "确诊日期": diagnosis,
        "CNLC分期": np.where(screened, "IIIb", ""),
    }
    for number in (1, 2):
        given = (known[f"PRIOR{number}"] != "").to_numpy()
        columns[f"既往局部治疗{number}"] = np.where(given, words(f"PRIORPROC{number}", "procedure"), "")
        columns[f"既往局部治疗{number}日期"] = dates(f"PRIOR{number}")
    columns |= {
        "一线方案": np.where(screened, words("FIRSTLINE", "regimen"), ""),
        "一线开始日期": dates("FIRSTSTART"),
        "一线结束日期": _unknown_or(dates("FIRSTEND"), subjects["FIRSTEND"].isna().to_numpy(), generator),
        "进展日期": dates("QUALIFYING"),
        "进展病灶数": np.where(screened, number_cells(subjects["PROGRESSING"]), ""),
        "基线检查日期": dates("BASELINE"),
    }
    lesions = study.lesions
    for prefix, name, count in (("T", "靶病灶", 3), ("NT", "非靶病灶", 2)):
        for number in range(1, count + 1):
            listed = lesions[lesions["LNKID"] == f"{prefix}{number:02d}"].set_index("ROW")
            there = listed.reindex(rows)
            location = np.where(there["LOC"].isna(), "", there["LOC"])
            flag = np.where(location == "", "", np.where(there["IRRADIATED"] == True, "Y", "N"))  # noqa: E712 an absent lesion is NaN, neither true nor false
            columns[f"{name}{number}部位"] = type_words(SITE, location, "location")
            columns[f"{name}{number}照射"] = type_words(SITE, flag, "yes")
    body = pd.DataFrame(columns, dtype=object)
    comments = {
        (int(at), "确诊日期"): "患者自述，外院病理未见" for at in np.flatnonzero(known["DIAGNOSIS"].str.len() == 4)[:20]
    }
    return Form(FILE, "入组", body, subjects["USUBJID"].to_numpy(), comments=comments)


def _unknown_or(typed: np.ndarray, empty: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Typed dates, a third of the empty ones as 不详 (not known)."""
    return np.where(empty & (generator.random(len(typed)) < 0.3), "不详", typed)


def _radiotherapy(
    study: KnownStudy, rows: np.ndarray, numbers: np.ndarray, names: np.ndarray, generator: np.random.Generator
) -> Form:
    """One row a patient who was irradiated, up to two sites side by side."""
    sites = irradiated_sites(study)
    treated = rows[np.isin(rows, sites["ROW"])]
    at = np.searchsorted(rows, treated)
    columns: dict[str, object] = {"住院号": numbers[at], "姓名": names[at]}
    first = sites[sites["NUMBER"] == 1].set_index("ROW").reindex(treated)
    columns["放疗技术"] = type_words(SITE, first["TECH"], "technique")
    for number in (1, 2):
        there = sites[sites["NUMBER"] == number].set_index("ROW").reindex(treated)
        there = there.astype(dict.fromkeys(("LOC", "FREQ", "START", "END", "LNKID"), object))
        texts = {
            name: np.where(there[name].isna(), "", there[name]) for name in ("LOC", "FREQ", "START", "END", "LNKID")
        }
        columns |= {
            f"照射部位{number}": type_words(SITE, texts["LOC"], "location"),
            f"单次剂量{number}(Gy)": number_cells(there["DOSE"]),
            f"计划次数{number}": number_cells(there["PLANNED"]),
            f"实际次数{number}": number_cells(there["DELIVERED"]),
            f"总剂量{number}(Gy)": number_cells(there["TOTAL"]),
            f"BED10_{number}(Gy)": number_cells(there["BED"]),
            f"分割方式{number}": type_words(SITE, texts["FREQ"], "frequency"),
            f"开始日期{number}": type_dates(texts["START"], SITE, generator),
            f"结束日期{number}": type_dates(texts["END"], SITE, generator),
            f"照射病灶{number}": texts["LNKID"],
        }
    body = pd.DataFrame(columns, dtype=object)
    return Form(FILE, "放疗", body, study.subjects["USUBJID"].to_numpy()[treated])


def _follow_up(
    study: KnownStudy, rows: np.ndarray, numbers: np.ndarray, names: np.ndarray, generator: np.random.Generator
) -> Form:
    """One row a patient: seventeen visits side by side, then how it ended."""
    subjects, known = study.subjects.iloc[rows], study.known.iloc[rows]
    headers = [block_column(order, measure) for order in range(1, BLOCKS + 1) for measure in MEASURES]
    grid = np.full((len(rows), len(headers)), "", dtype=object)
    scans = study.scans
    own = np.isin(scans["ROW"], rows)
    index = np.flatnonzero(own)
    scans = scans[own]
    row = np.searchsorted(rows, scans["ROW"])
    left = (scans["ORDER"].to_numpy() - 1) * len(MEASURES)
    typed = {
        "访视编号": np.array([float(text) if "." in text else int(text) for text in scans["VISITNUM"]], dtype=object),
        "检查日期": type_dates(scans["DATE"], SITE, generator),
        "检查方式": type_words(SITE, study.subjects["MODALITY"].to_numpy()[scans["ROW"]], "modality"),
        "新病灶": type_words(SITE, scans["NEWLOC"], "location"),
        "RECIST 1.1疗效": type_words(SITE, scans["RECIST"], "response"),
        "mRECIST疗效": type_words(SITE, scans["MRECIST"], "response"),
        "AFP(ng/mL)": number_cells(pd.to_numeric(scans["AFP"]).to_numpy(dtype=float)),
    }
    for measure, values in typed.items():
        grid[row, left + MEASURES.index(measure)] = values
    _fill_sizes(study, grid, index, row, left)
    columns: dict[str, object] = {"住院号": numbers, "姓名": names}
    columns |= dict(zip(headers, grid.T, strict=True))
    second = (known["SECONDLINE"] != "").to_numpy()
    local = (known["LOCAL"] != "").to_numpy()
    listed = procedures(study)
    organs = listed[listed["CATEGORY"] == "ON-STUDY LOCAL THERAPY"].set_index("ROW")["LOC"].reindex(rows)

    def words(values: object, kind: str) -> np.ndarray:
        return type_words(SITE, np.asarray(values, dtype=object), kind)

    outcome: dict[str, np.ndarray] = {
        "末次随访日期": type_dates(known["LASTCONTACT"].where(subjects["STATUS"] == "ALIVE", ""), SITE, generator),
        "生存状态": words(subjects["STATUS"], "status"),
        "死亡日期": type_dates(known["SEENDEATH"], SITE, generator),
        "临床进展日期": type_dates(known["CLINICALPD"], SITE, generator),
        "二线方案": words(subjects["SECOND"].where(second, ""), "regimen"),
        "二线开始日期": type_dates(known["SECONDLINE"], SITE, generator),
        "更换原因": words(subjects["SWITCHREASON"].where(second, ""), "reason"),
        "局部治疗": words(subjects["LOCALPROC"].where(local, ""), "procedure"),
        "局部治疗部位": words(organs.where(local, ""), "location"),
        "局部治疗日期": type_dates(known["LOCAL"], SITE, generator),
        "出组原因": words(subjects["DISPOSITION"], "disposition"),
        "出组日期": type_dates(known["OFFDAY"], SITE, generator),
    }
    columns |= {f"结局{LEVEL}{name}": values for name, values in outcome.items()}
    body = pd.DataFrame(columns, dtype=object)
    noted = np.flatnonzero(scans["ORDER"].to_numpy() == 2)[:12:3]
    comments = {(int(row[at]), block_column(2, "检查日期")): "外院检查，本院阅片" for at in noted}
    return Form(FILE, "随访", body, subjects["USUBJID"].to_numpy(), comments=comments)


def _fill_sizes(study: KnownStudy, grid: np.ndarray, index: np.ndarray, row: np.ndarray, left: np.ndarray) -> None:
    """Writes diameters and states of the scans at ``index`` into their blocks of the grid."""
    position = np.full(len(study.scans), -1)
    position[index] = np.arange(len(index))
    sizes = study.sizes[position[study.sizes["SCAN"]] >= 0]
    at = position[sizes["SCAN"]]
    lesion = study.lesions.iloc[sizes["LESION"]]
    number = lesion["LNKID"].str[-1:].astype(int).to_numpy()
    target = (lesion["ROLE"] == "TARGET").to_numpy()
    viable = sizes["VIABLE"].notna().to_numpy()
    state = type_words(SITE, sizes["STATE"], "state")
    for first, taken, values in (
        ("靶病灶1(mm)", target, number_cells(sizes["LONGEST"])),
        ("存活病灶1(mm)", viable, number_cells(sizes["VIABLE"])),
        ("非靶病灶1", ~target, state),
    ):
        column = left[at] + MEASURES.index(first) + number - 1
        grid[row[at][taken], column[taken]] = values[taken]
