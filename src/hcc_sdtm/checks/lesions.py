"""Lesion measurements: slips of a unit, and what the recorded lesions say about response.

Own arithmetic: sums of the target lesions, their smallest earlier value, new lesions and unequivocal growth, for each
subject, evaluator and visit. Visits are ordered by VISITNUM; measurements without one take part in nothing. Irradiated and
other lesions count alike. Lesions that split or merged are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hcc_sdtm.checks.evidence import Evidence
from hcc_sdtm.checks.rule import Flag, rule

TENFOLD = (7.0, 13.0)
"""A ratio between two visits that looks like a slip of ten: measurements a few weeks apart also differ a little."""

LONGEST_MM = (3.0, 300.0)
"""Longest diameters that a scan can show and a liver can hold; below and above, the unit is in question."""

TOO_SMALL_MM, MEASURABLE_MM = 5.0, 10.0
"""What a lesion too small to measure is recorded as, and the least longest diameter of a target (RECIST 1.1, 3.1.1, 4.3.2)."""

PROGRESSION_RATIO, PROGRESSION_MM = 1.2, 5.0
RESPONSE_RATIO = 0.7
"""Growth from the smallest sum that is progression, and what of the first sum may be left in a PR (RECIST 1.1, 4.3.1)."""

NODE_MM = 10.0
"""A lymph node with a shorter short axis is normal (RECIST 1.1, 4.3.2)."""

ROUNDING = 1e-6
"""Less than this between two sums is what arithmetic leaves."""

ROUNDING_MM = 1.0
"""Diameters are recorded to the millimetre or a tenth of it; less than this between two of them is rounding."""

READER = ["USUBJID", "EVALUATOR"]
SAME_VISIT = [*READER, "TREVALID", "VISITNUM"]
EVALUATED = [*SAME_VISIT, "TRTESTCD", "TRSTRESN", "position"]


@rule("TR-001", "lesion.unit-slip", "error")
def unit_slip(evidence: Evidence) -> Iterator[Flag]:
    """A lesion measured ten times smaller or larger than at its other visits, at the measurement.

    What it finds: A diameter 7 to 13 times smaller or larger than at the visits on both sides (at the first
        and last visit, than at the two nearest), and a longest diameter above 0 and below 3 mm or above 300
        mm. At the first and last visit a shrinkage to between 5 and 10 mm is left out: it may be a response. Of
        two longest diameters alone the second is asked about where it is below 5 mm.
    Why it matters: One lesion in the wrong unit turns stable disease into response or progression.
    Example: 45 mm, then 4.5, then 44: centimetres in a column of millimetres.
    Source: RECIST 1.1 sections 3.1 and 4.3.2: measurements in millimetres, 5 mm for too small to measure.
    """
    sizes = evidence.once(_sizes)
    slips = sizes[sizes["slip"]]
    messages = []
    for size, before, after in slips[["TRSTRESN", "left", "right"]].itertuples(index=False):
        near = [f"{value:g}" for value in (before, after) if not np.isnan(value)]
        messages.append(f"{size:g} mm, and {' and '.join(near)} mm at the nearest visits" if near else f"{size:g} mm")
    yield Flag("TR", slips["position"].to_numpy(), "TRORRES", messages, "millimetres; centimetres may be mixed up")


@rule("TR-002", "lesion.evaluators-tenfold", "warning")
def evaluators_tenfold(evidence: Evidence) -> Iterator[Flag]:
    """A sum of diameters ten times that of every other evaluator at the visit, at the sum.

    What it finds: A recorded sum of diameters, whole or viable, 7 to 13 times smaller, or as many times larger,
        than the sums of all other evaluators of the same visit, of whom there are at least two.
    Why it matters: Evaluators may choose other lesions, but not ten times the tumour: a digit or a point was lost,
        and the response by this evaluator is wrong.
    Example: 8.4 mm by one reader, 81 and 85.1 mm by the two others.
    Source: RECIST 1.1 sections 3.1 and 4.1: measurements in millimetres, sums of the target lesions.
    """
    sums = _recorded_sums(evidence)
    others = sums.merge(sums, on=["USUBJID", "VISITNUM", "TRTESTCD"], suffixes=("", "_other"))
    others = others[(others["position"] != others["position_other"])].sort_values(["position", "position_other"])
    own, other = others["TRSTRESN"], others["TRSTRESN_other"]
    others["smaller"], others["larger"] = (other / own).between(*TENFOLD), (own / other).between(*TENFOLD)
    by_sum = others.groupby("position").agg(
        own=("TRSTRESN", "first"),
        others=("TRSTRESN_other", list),
        smaller=("smaller", "all"),
        larger=("larger", "all"),
    )
    odd = by_sum[(by_sum["smaller"] | by_sum["larger"]) & (by_sum["others"].map(len) > 1)]
    messages = [
        f"{own:g} mm, and {' and '.join(f'{value:g}' for value in values)} mm by the other evaluators at this visit"
        for own, values in zip(odd["own"], odd["others"], strict=True)
    ]
    yield Flag("TR", odd.index.to_numpy(), "TRORRES", messages, "millimetres; a digit or a point may be lost")


@rule("TR-003", "lesion.viable-exceeds-whole", "warning")
def viable_exceeds_whole(evidence: Evidence) -> Iterator[Flag]:
    """A viable diameter larger than the whole diameter it is part of, at the viable one.

    What it finds: A viable diameter more than 1 mm above the longest diameter of the same lesion at the same visit
        by the same evaluator, and likewise the sums where sums are recorded. A longest diameter that TR-001 finds
        in the wrong unit is left out.
    Why it matters: One of the two is wrong, and with it the response by one of the two criteria; a sum may also be
        of other lesions than its name says.
    Example: 53.1 mm viable, where the sum of the whole diameters is 8.4 mm.
    Source: Lencioni and Llovet 2010 (mRECIST): the viable part is what enhances inside the lesion.
    """
    slips = evidence.once(_sizes)
    lesions = slips.loc[~slips["slip"], ["TRLNKID", *EVALUATED]]
    for viable, whole, sizes, same in (
        ("VDIAM", "LDIAM", lesions, ["TRLNKID", *SAME_VISIT]),
        ("SUMVDIAM", "SUMDIAM", _recorded_sums(evidence), SAME_VISIT),
    ):
        pairs = sizes[sizes["TRTESTCD"] == viable].merge(
            sizes[sizes["TRTESTCD"] == whole], on=same, suffixes=("", "_whole")
        )
        larger = pairs[pairs["TRSTRESN"] > pairs["TRSTRESN_whole"] + ROUNDING_MM].drop_duplicates("position")
        messages = [
            f"{part:g} mm viable, and the whole is {total:g} mm at this visit by the same evaluator"
            for part, total in larger[["TRSTRESN", "TRSTRESN_whole"]].itertuples(index=False)
        ]
        yield Flag("TR", larger["position"].to_numpy(), "TRORRES", messages, "at most the whole diameter")


def evaluator(records: pd.DataFrame, prefix: str) -> pd.Series:
    """Who assessed, --EVAL and --EVALID together; a site that names nobody reports what its investigator saw."""
    role = records[f"{prefix}EVAL"]
    return (role.where(role != "", "INVESTIGATOR") + " " + records[f"{prefix}EVALID"]).str.rstrip()


def is_viable_criterion(criterion: str) -> bool:
    """Whether a criterion measures the viable part of liver lesions (VDIAM) and not the whole."""
    return "MRECIST" in criterion.upper()


def lesion_visits(evidence: Evidence, criterion: str) -> pd.DataFrame:
    """What the lesions say at each visit after the first, one row a subject, evaluator and visit with any lesion result.

    ``sum`` of the targets, NaN unless every target of the first visit has a size that is no slip of a unit; ``baseline`` and
    ``nadir``, the first and the smallest earlier sum; ``grown``, whether the sum is progression; ``progressed_from``, the
    first VISITNUM with growth, a new lesion or an unequivocal non-target (NaN: none); ``remains``, whether a target other
    than a normal node is left.
    """
    sums = _target_sums(evidence, criterion)
    shown = sums["sum"].groupby([sums[name] for name in READER], sort=False)
    sums["baseline"] = shown.transform("first").where(shown.cumcount() > 0)
    smallest = shown.cummin().groupby([sums[name] for name in READER], sort=False).shift()
    sums["nadir"] = smallest.groupby([sums[name] for name in READER], sort=False).ffill()
    increase = sums["sum"] - sums["nadir"]
    least = 0.0 if is_viable_criterion(criterion) else PROGRESSION_MM
    sums["grown"] = (increase > ROUNDING) & (sums["sum"] >= PROGRESSION_RATIO * sums["nadir"] - ROUNDING)
    sums["grown"] &= (increase >= least - ROUNDING) | (sums["nadir"] == 0)
    grown = sums.loc[sums["grown"], [*READER, "VISITNUM"]]
    signs = pd.concat([grown, _new_lesions(evidence), _unequivocal_growth(evidence)], ignore_index=True)
    first = signs.groupby(READER)["VISITNUM"].min().rename("progressed_from").reset_index()
    return sums.merge(first, on=READER, how="left")


def _sizes(evidence: Evidence) -> pd.DataFrame:
    """Measured diameters in the order of visits: TR variables, EVALUATOR, the nearest other sizes ``left`` and ``right``,
    and whether the size is a ``slip`` of a unit.
    """
    variables = ("USUBJID", "TRTESTCD", "TRLNKID", "TRSTRESN", "VISITNUM")
    sizes = evidence.records("TR", *variables, optional=("TREVAL", "TREVALID"))
    sizes = sizes[sizes["TRTESTCD"].isin(("LDIAM", "LPERP", "VDIAM")) & sizes["TRSTRESN"].notna()]
    sizes = sizes[sizes["VISITNUM"].notna()].assign(EVALUATOR=evaluator(sizes, "TR"))
    lesion = [*READER, "TRTESTCD", "TRLNKID"]
    sizes = sizes.sort_values([*lesion, "VISITNUM", "position"]).reset_index(drop=True)
    size = sizes["TRSTRESN"]
    near = {step: size.groupby([sizes[name] for name in lesion], sort=False).shift(step) for step in (2, 1, -1, -2)}
    sizes["left"] = near[1].fillna(near[-2])
    sizes["right"] = near[-1].fillna(near[2])
    smaller = (sizes["left"] / size).between(*TENFOLD) & (sizes["right"] / size).between(*TENFOLD)
    larger = (size / sizes["left"]).between(*TENFOLD) & (size / sizes["right"]).between(*TENFOLD)
    # Without a visit on both sides the change may be real: the viable part can vanish or come back between two scans, the
    # whole lesion can shrink below what counts as measurable, though not below what is recorded for too small.
    is_first, is_last = near[1].isna(), near[-1].isna()
    real = (is_first | is_last) & (sizes["TRTESTCD"] == "VDIAM")
    real |= is_last & smaller & size.between(TOO_SMALL_MM, MEASURABLE_MM, inclusive="left")
    real |= is_first & larger & (sizes[["left", "right"]].max(axis=1) < MEASURABLE_MM)
    outside = (sizes["TRTESTCD"] == "LDIAM") & (size > 0) & ~size.between(*LONGEST_MM)
    # With one other measurement only, less than is recorded for too small to measure still tells.
    alone = sizes["right"].isna() & (sizes["left"] / size).between(*TENFOLD)
    alone &= (sizes["TRTESTCD"] == "LDIAM") & (size < TOO_SMALL_MM)
    sizes["slip"] = ((smaller | larger) & ~real) | alone | outside
    return sizes


def _recorded_sums(evidence: Evidence) -> pd.DataFrame:
    """Sums of diameters as an evaluator recorded them: the columns of `EVALUATED`."""
    variables = ("USUBJID", "TRTESTCD", "TRSTRESN", "VISITNUM")
    sums = evidence.records("TR", *variables, optional=("TREVAL", "TREVALID"))
    sums = sums[sums["TRTESTCD"].isin(("SUMDIAM", "SUMVDIAM")) & sums["TRSTRESN"].notna() & sums["VISITNUM"].notna()]
    return sums.assign(EVALUATOR=evaluator(sums, "TR"))[EVALUATED]


def _targets(evidence: Evidence) -> pd.DataFrame:
    """Target lesions: READER, TRLNKID, ``is_node``."""
    lesions = evidence.records("TU", "USUBJID", "TULNKID", "TUSTRESC", optional=("TUEVAL", "TUEVALID", "TULOC"))
    targets = lesions[lesions["TUSTRESC"] == "TARGET"].rename(columns={"TULNKID": "TRLNKID"})
    targets = targets.assign(
        EVALUATOR=evaluator(targets, "TU"),
        is_node=targets["TULOC"].str.contains("LYMPH NODE", regex=False),
    )
    return targets.drop_duplicates([*READER, "TRLNKID"])[[*READER, "TRLNKID", "is_node"]]


def _target_sums(evidence: Evidence, criterion: str) -> pd.DataFrame:
    """One row for each subject, evaluator and visit with lesion results, in order: ``sum`` and ``remains``."""
    sizes = evidence.once(_sizes)
    targets = _targets(evidence)
    measured = sizes[~sizes["slip"]].merge(targets, on=[*READER, "TRLNKID"])
    # of several diameters of a lesion at a visit: the viable part where the criterion measures it, the short axis of a node
    order = {"VDIAM": 0 if is_viable_criterion(criterion) else 3, "LDIAM": 2}
    rank = measured["TRTESTCD"].map(order).fillna(measured["is_node"].map({True: 1, False: 4}))
    measured = measured.assign(rank=rank)[rank < 3].sort_values("rank", kind="stable")
    visit = [*READER, "VISITNUM"]
    measured = measured.drop_duplicates([*visit, "TRLNKID"])
    size = measured["TRSTRESN"]
    measured = measured.assign(left_over=size >= np.where(measured["is_node"], NODE_MM, ROUNDING))
    by_visit = measured.groupby(visit).agg(
        sum=("TRSTRESN", "sum"), measured=("TRLNKID", "size"), remains=("left_over", "any")
    )
    counts = targets.groupby(READER).size().rename("targets").reset_index()
    results = evidence.records("TR", "USUBJID", "VISITNUM", optional=("TREVAL", "TREVALID")).dropna(subset="VISITNUM")
    visits = results.assign(EVALUATOR=evaluator(results, "TR"))[visit].drop_duplicates().sort_values(visit)
    sums = visits.merge(by_visit.reset_index(), on=visit, how="left").merge(counts, on=READER, how="left")
    sums["sum"] = sums["sum"].where(sums["measured"] == sums["targets"])
    return sums.reset_index(drop=True)


def _new_lesions(evidence: Evidence) -> pd.DataFrame:
    """Visits at which a new lesion was identified: READER, VISITNUM."""
    lesions = evidence.records("TU", "USUBJID", "TUSTRESC", "VISITNUM", optional=("TUEVAL", "TUEVALID"))
    lesions = lesions.assign(EVALUATOR=evaluator(lesions, "TU"))
    return lesions.loc[lesions["TUSTRESC"] == "NEW", [*READER, "VISITNUM"]]


def _unequivocal_growth(evidence: Evidence) -> pd.DataFrame:
    """Visits at which a non-target lesion grew unequivocally: READER, VISITNUM."""
    results = evidence.records("TR", "USUBJID", "TRTESTCD", "TRSTRESC", "VISITNUM", optional=("TREVAL", "TREVALID"))
    states = results["TRTESTCD"].isin(("TUMSTATE", "LNSTATE")) & (results["TRSTRESC"] == "UNEQUIVOCAL")
    return results.assign(EVALUATOR=evaluator(results, "TR")).loc[states, [*READER, "VISITNUM"]]
