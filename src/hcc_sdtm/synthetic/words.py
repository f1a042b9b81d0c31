"""How each hospital writes what the study calls by one term: typed text by site, kind and term."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "101": {
        "sex": {"M": "男", "F": "女"},
        "response": {
            "CR": "完全缓解(CR)",
            "PR": "部分缓解(PR)",
            "SD": "疾病稳定(SD)",
            "PD": "疾病进展(PD)",
            "NE": "无法评价(NE)",
        },
        "modality": {
            "CONTRAST ENHANCED CT SCAN": "增强CT",
            "CONTRAST ENHANCED MRI": "增强MRI",
            "PET/CT SCAN": "PET-CT",
        },
        "location": {
            "LIVER": "肝",
            "LUNG": "肺",
            "RETROPERITONEAL LYMPH NODE": "腹膜后淋巴结",
            "BONE": "骨",
            "ADRENAL GLAND": "肾上腺",
        },
        "technique": {"SBRT": "立体定向放疗", "IMRT": "调强放疗", "3D-CRT": "三维适形放疗"},
        "frequency": {"QOD": "隔日一次", "5 TIMES PER WEEK": "每周五次"},
        "regimen": {
            "ATEZOLIZUMAB + BEVACIZUMAB": "阿替利珠单抗+贝伐珠单抗",
            "LENVATINIB": "仑伐替尼",
            "LENVATINIB + SINTILIMAB": "仑伐替尼+信迪利单抗",
            "SORAFENIB": "索拉非尼",
            "CAMRELIZUMAB + APATINIB": "卡瑞利珠单抗+阿帕替尼",
            "REGORAFENIB": "瑞戈非尼",
            "CABOZANTINIB": "卡博替尼",
            "TISLELIZUMAB": "替雷利珠单抗",
            "RAMUCIRUMAB": "雷莫西尤单抗",
        },
        "reason": {
            "PROGRESSIVE DISEASE": "疾病进展",
            "ADVERSE EVENT": "不良反应",
            "PHYSICIAN DECISION": "医生决定",
        },
        "procedure": {
            "TRANSARTERIAL CHEMOEMBOLIZATION": "经动脉化疗栓塞(TACE)",
            "HEPATECTOMY": "肝切除术",
            "ABLATION": "射频消融(RFA)",
            "EXTERNAL BEAM RADIATION THERAPY": "放疗",
        },
        "disposition": {
            "DEATH": "死亡",
            "LOST TO FOLLOW-UP": "失访",
            "WITHDRAWAL BY SUBJECT": "撤回知情同意",
            "SCREEN FAILURE": "筛选失败",
        },
        "status": {"ALIVE": "存活", "DEAD": "死亡"},
        "state": {"PRESENT": "存在", "ABSENT": "消失"},
        "yes": {"Y": "是", "N": "否"},
        "hepatitis": {"Y": "阳性", "N": "阴性"},
    },
    "102": {
        "sex": {"M": "Male", "F": "Female"},
        "response": {"CR": "CR", "PR": "PR", "SD": "SD", "PD": "PD", "NE": "NE"},
        "modality": {
            "CONTRAST ENHANCED CT SCAN": "CE-CT",
            "CONTRAST ENHANCED MRI": "CE-MRI",
            "PET/CT SCAN": "PET-CT",
        },
        "location": {
            "LIVER": "Liver",
            "LUNG": "Lung",
            "RETROPERITONEAL LYMPH NODE": "Retroperitoneal node",
            "BONE": "Bone",
            "ADRENAL GLAND": "Adrenal",
        },
        "technique": {"SBRT": "SBRT", "IMRT": "IMRT", "3D-CRT": "3D-CRT"},
        "frequency": {"QOD": "every other day", "5 TIMES PER WEEK": "5 x week"},
        "regimen": {
            "ATEZOLIZUMAB + BEVACIZUMAB": "Atezolizumab + bevacizumab",
            "LENVATINIB": "Lenvatinib",
            "LENVATINIB + SINTILIMAB": "Lenvatinib + sintilimab",
            "SORAFENIB": "Sorafenib",
            "CAMRELIZUMAB + APATINIB": "Camrelizumab + apatinib",
            "REGORAFENIB": "Regorafenib",
            "CABOZANTINIB": "Cabozantinib",
            "TISLELIZUMAB": "Tislelizumab",
            "RAMUCIRUMAB": "Ramucirumab",
        },
        "reason": {
            "PROGRESSIVE DISEASE": "Progression",
            "ADVERSE EVENT": "Toxicity",
            "PHYSICIAN DECISION": "Physician's choice",
        },
        "procedure": {
            "TRANSARTERIAL CHEMOEMBOLIZATION": "TACE",
            "HEPATECTOMY": "Liver resection",
            "ABLATION": "RFA",
            "EXTERNAL BEAM RADIATION THERAPY": "Radiotherapy",
        },
        "disposition": {
            "DEATH": "Death",
            "LOST TO FOLLOW-UP": "Lost to follow-up",
            "WITHDRAWAL BY SUBJECT": "Withdrew consent",
            "SCREEN FAILURE": "Screen failure",
        },
        "status": {"ALIVE": "Alive", "DEAD": "Dead"},
        "state": {"PRESENT": "Present", "ABSENT": "Absent"},
        "yes": {"Y": "Yes", "N": "No"},
        "hepatitis": {"Y": "Positive", "N": "Negative"},
    },
    "103": {
        "sex": {"M": "1", "F": "2"},
        "response": {
            "CR": "Complete response",
            "PR": "Partial response",
            "SD": "Stable disease",
            "PD": "Progressive disease",
            "NE": "Not evaluable",
        },
        "modality": {"CONTRAST ENHANCED CT SCAN": "1", "CONTRAST ENHANCED MRI": "2", "PET/CT SCAN": "3"},
        "location": {
            "LIVER": "1",
            "LUNG": "2",
            "RETROPERITONEAL LYMPH NODE": "3",
            "BONE": "4",
            "ADRENAL GLAND": "5",
        },
        "technique": {"SBRT": "1", "IMRT": "2", "3D-CRT": "3"},
        "frequency": {"QOD": "1", "5 TIMES PER WEEK": "2"},
        "regimen": {
            "ATEZOLIZUMAB + BEVACIZUMAB": "Atézolizumab + bévacizumab",
            "LENVATINIB": "Lenvatinib (Lenvima®)",
            "LENVATINIB + SINTILIMAB": "Lenvatinib (Lenvima®) + sintilimab",
            "SORAFENIB": "Sorafénib",
            "CAMRELIZUMAB + APATINIB": "Camrélizumab + apatinib",
            "REGORAFENIB": "Régorafénib",
            "CABOZANTINIB": "Cabozantinib (Cabométyx®)",
            "TISLELIZUMAB": "Tislélizumab",
            "RAMUCIRUMAB": "Ramucirumab (Cyramza®)",
        },
        "reason": {"PROGRESSIVE DISEASE": "1", "ADVERSE EVENT": "2", "PHYSICIAN DECISION": "3"},
        "procedure": {
            "TRANSARTERIAL CHEMOEMBOLIZATION": "Chimioembolisation artérielle",
            "HEPATECTOMY": "Hépatectomie",
            "ABLATION": "Radiofréquence",
            "EXTERNAL BEAM RADIATION THERAPY": "Radiothérapie",
        },
        "disposition": {
            "DEATH": "Death",
            "LOST TO FOLLOW-UP": "Lost to follow-up",
            "WITHDRAWAL BY SUBJECT": "Withdrawal of consent",
            "SCREEN FAILURE": "Screen failure",
        },
        "status": {"ALIVE": "Alive", "DEAD": "Dead"},
        "state": {"PRESENT": "Present", "ABSENT": "Absent"},
        "yes": {"Y": "1", "N": "0"},
        "hepatitis": {"Y": "1", "N": "0"},
    },
}


def type_words(site: str | np.ndarray | pd.Series, terms: np.ndarray | pd.Series, kind: str) -> np.ndarray:
    """What a site, or each row's site, types for each term of a kind; ``""`` stays empty."""
    codes, distinct = pd.factorize(np.asarray(terms, dtype=object))
    where = np.broadcast_to(np.asarray(site, dtype=object), codes.shape)
    typed = np.full(len(codes), "", dtype=object)
    for site, kinds in WORDS.items():
        here = where == site
        words = np.array([kinds[kind].get(term, "") for term in distinct], dtype=object)
        typed[here] = words[codes[here]]
    return typed
