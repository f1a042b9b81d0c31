import datetime

import numpy as np
import pandas as pd

from hcc_sdtm import dates
from hcc_sdtm.synthetic.form import MonthCell
from hcc_sdtm.synthetic.typed_dates import type_dates, type_plainly


def test_site_101_mixes_real_dates_signs_dots_and_full_width_digits():
    typed = type_dates(["2021-03-05"] * 300, "101", np.random.default_rng(1))
    assert set(typed) == {datetime.date(2021, 3, 5), "2021年3月5日", "2021.3.5", "2021-3-5", "２０２１－０３－０５"}


def test_a_day_that_nobody_knows_is_not_typed():
    generator = np.random.default_rng(1)
    months = type_dates(["2021-03"] * 100, "101", generator)
    assert set(months) == {MonthCell(datetime.date(2021, 3, 1)), "2021-3", "2021年3月"}
    assert set(type_dates(["2021"] * 50, "101", generator)) == {"2021年", "2021"}
    assert set(type_dates(["2021-03"] * 50, "102", generator)) == {"UN/03/2021", "UNK-MAR-2021"}
    assert set(type_dates(["2021-03", "2021", ""], "103", generator)) == {"03/UN/2021", "UN/UN/2021", ""}


def test_every_text_reads_back_to_what_was_known():
    generator = np.random.default_rng(7)
    known = np.array(["2021-03-05", "1999-12-31", "2020-02-29", "2021-11", "2019-01", "2018"] * 40, dtype=object)
    for site, order in (("101", "ymd"), ("102", "dmy"), ("103", "mdy")):
        typed = type_dates(known, site, generator)
        texts = [value.first_day.isoformat()[:7] if isinstance(value, MonthCell) else str(value) for value in typed]
        read = dates.read(pd.Series(texts, dtype=object), order=order)
        assert read["iso"].tolist() == known.tolist(), site


def test_the_usual_style_of_each_site():
    assert [type_plainly("2022-05-03", site) for site in ("101", "102", "103")] == [
        "2022.5.3",
        "03/05/2022",
        "05/03/2022",
    ]
