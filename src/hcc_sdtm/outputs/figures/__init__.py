"""Figures of a trial as SVG and PNG, each usable alone.

``write_figure(render_survival(curve, Sheet("Overall survival"), "months"), Path("os.svg"), Path("os.png"))``
"""

from hcc_sdtm.outputs.figures.incidence import render_incidence
from hcc_sdtm.outputs.figures.sheet import Sheet, write_figure
from hcc_sdtm.outputs.figures.source import CannotDrawError, FigureSource
from hcc_sdtm.outputs.figures.survival import render_survival, render_survivals
from hcc_sdtm.outputs.figures.writing import write_figures

__all__ = [
    "CannotDrawError",
    "FigureSource",
    "Sheet",
    "render_incidence",
    "render_survival",
    "render_survivals",
    "write_figure",
    "write_figures",
]
