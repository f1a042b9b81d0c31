"""A messy study of any size, with its truth known."""

from hcc_sdtm.synthetic.study import REFERENCE_SEED, write_study, write_study_folder

__all__ = ["REFERENCE_SEED", "write_study", "write_study_folder"]
