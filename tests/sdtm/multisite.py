"""Two sites that differ in everything a mapping can differ in, and every verb that leaves an origin."""

SITE_201 = """
site: "201"
country: CHN
missing: ["", NK]
dates: {order: ymd}
identifying: [name, hosp]
subjects: {file: key.csv, from: hosp, to: study}
tables:
  patient: {file: p201.csv, subject: hosp, ignore: [name]}
  death: {file: d201.csv, subject: hosp}
  drug: {file: drug201.csv, subject: hosp}
  visit:
    file: v201.csv
    subject: hosp
    unpivot: {columns: "v{VISITNUM} {measure}", VISITNUM: {a: "1", b: "2", c: "2.1"}, measures: [date, resp, how]}
  exam:
    file: e201.csv
    subject: hosp
    unpivot: {columns: "{when} {measure}", when: [first, second], measures: [ecog]}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    SEX: {first_of: [{term: sex, map: {男: M}}, {term: sex2}, {constant: U}]}
    BRTHDTC: {date: born}
    AGE: {number: age}
    RFICDTC: {date: consent}
    DTHDTC: {lookup: {table: death, give: {date: died}}, when: {sex: present}}
    ETHNIC: {lookup: {table: death, give: {term: nation, map: {x: NOT HISPANIC OR LATINO}}}, when: {sex: absent}}
EX:
  - rows: patient
    when: {rt: present}
    EXTRT: {constant: RADIOTHERAPY}
    EXCAT: {constant: RADIOTHERAPY}
    EXDOSE: {number: dose}
    EXSTDTC: {date: rt}
    EXENDTC: {date: rt_end}
    SUPP:
      TOTDOSE: {number: dose, times: 10, label: Total Dose}
      NOTE: {first_of: [{copy: note}, {constant: NO NOTE}], label: Note}
      CAUSE: {lookup: {table: death, give: {copy: cause}}, label: Cause}
RS:
  - rows: visit
    RSTESTCD: {constant: OVRLRESP}
    RSCAT: {constant: RECIST 1.1}
    RSORRES: {copy: resp}
    RSSTRESC: {term: resp, map: {进展: PD}}
    VISITNUM: {copy: VISITNUM}
    RSDTC: {date: date}
    RSLNKGRP: {concat: [how, {constant: A}, resp], separator: "-"}
    SUPP: {IMGMOD: {copy: how, label: Imaging Modality}}
  - rows: patient
    RSTESTCD: {constant: ECOG101}
    RSCAT: {constant: ECOG}
    RSORRES: {lookup: {table: exam, give: {copy: ecog}}}
    RSDTC: {date: consent}
CM:
  - rows: drug
    CMTRT: {split: drug, separator: "+", part: 2}
    CMSTDTC: {date: from}
    CMCAT: {first_of: [{lookup: {table: death, give: {copy: line}}}, {constant: FIRST LINE}]}
    SUPP: {LINE: {constant: "1", label: Line of Therapy}}
"""
FILES_201 = {
    "key": "hosp,study\nH901,201-001\nH902,201-002\nH903,201-003\n",
    "p201": "hosp,name,sex,sex2,born,age,consent,rt,rt_end,dose,note\n"
    "H901,Zhang,男,,1960-03-05,61,2021-02-20,2021-03-05,2021-03-10,5.0,as typed \n"
    "H902,Wang,,f,1960,NK,2021-02-25,2021-03,,6,\n"
    "H903,Li,,,1961,60,2021-02-25,,,,\n",
    "d201": "hosp,died,cause,line,nation\nH901,2022-05,progression,SECOND LINE,\nH902,2022-06-07,,,x\n",
    "drug201": "hosp,drug,from\nH901,A + Lenvatinib,2021-01\nH902,B+Sorafenib,2020-12-01\n",
    "v201": "hosp,va date,va resp,va how,vb date,vb resp,vb how,vc date,vc resp,vc how\n"
    "H901,2021-02-27,SD,CT,2021-04-20,进展,MRI,,,\n"
    "H902,,,,2021-04-22,bad,,2021-05-02,PR,CT\n",
    "e201": "hosp,first ecog,second ecog\nH901,,1\nH902,0,\n",
}
SITE_202 = """
site: "202"
country: CHN
dates: {order: dmy}
subjects: {prefix: "202-"}
tables:
  patient: {file: p202.csv, subject: no}
  visit: {file: v202.csv, subject: no}
DM:
  - rows: patient
    SUBJID: {copy: subject}
    SEX: {term: sex}
    RACE: {constant: ASIAN}
RS:
  - rows: visit
    RSTESTCD: {constant: OVRLRESP}
    RSCAT: {constant: RECIST 1.1}
    RSORRES: {copy: resp}
    RSEVAL: {constant: INVESTIGATOR}
    VISITNUM: {number: visit}
    RSDTC: {date: date}
LB:
  - rows: visit
    when: {afp: present}
    LBTESTCD: {constant: AFP}
    LBORRES: {copy: afp}
    LBORRESU: {constant: ng/mL}
    VISITNUM: {number: visit}
    LBDTC: {date: date}
CM:
  - rows: patient
    CMTRT: {copy: drug}
    CMCAT: {constant: FIRST LINE}
    SUPP:
      LINE: {first_of: [{copy: line}, {constant: "1"}], label: Line of Therapy}
      SWREAS: {copy: why, label: Reason}
PR:
  - rows: patient
    when: {local: present}
    PRTRT: {copy: local}
"""
FILES_202 = {
    "p202": "no,sex,drug,line,why,local\n007,M,Lenvatinib,2,toxicity,\n008,F,Sorafenib,,,\n",
    "v202": "no,visit,date,resp,afp\n007,1,01/02/2021,PR,12.50\n007,2,13/04/2021,PD,<2\n008,,2021,,\n",
}
MAPPINGS = {"201": SITE_201, "202": SITE_202}
FILES = FILES_201 | FILES_202
IDENTIFYING = ("H901", "H902", "H903", "Zhang", "Wang", "Li,")
