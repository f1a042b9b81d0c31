"""A site whose tables are made from one another in every way, some of them twice over."""

MAPPING = """
site: "301"
country: CHN
missing: ["", NK]
dates: {order: ymd}
identifying: [hosp, name]
subjects: {file: key.csv, from: hosp, to: study}
tables:
  base: {file: base.csv, subject: hosp}
  follow: {file: follow.csv, subject: hosp}
  all: {stack: [base, follow], latest: {by: {date: seen}}}
  visit:
    file: visit.csv
    subject: hosp
    unpivot: {columns: "{VISITNUM} {measure}", VISITNUM: {first: "1", second: "2"}, measures: [drug, dose, note]}
    explode: {columns: [drug, dose], separator: "|"}
  beside: {join: {left: visit, right: all, on: [subject], cardinality: many_to_one}}
  total:
    join: {left: visit, right: base, on: [subject], cardinality: many_to_one}
    aggregate:
      measures:
        sum: {sum: dose}
        largest: {max: dose}
        count: {count: drug}
        drugs: {join: drug}
        first_seen: {min: base.seen, kind: date}
  apart: {join: {left: all, right: total, on: [subject], cardinality: one_to_one}}
  latest_beside: {stack: [apart, beside], latest: {per: [subject, drug], by: {number: VISITNUM}, ties: last}}
DM:
  - rows: apart
    SUBJID: {copy: subject}
    ARM: {copy: status}
    ACTARM: {copy: weight}
    ARMCD: {copy: total.sum}
    ACTARMCD: {copy: total.largest}
    INVNAM: {copy: site_note}
    RFICDTC: {date: seen}
    DTHDTC: {date: total.first_seen}
    DTHFL: {copy: total.count}
    COUNTRY: {concat: [status, total.drugs, {constant: X}, weight], separator: "/"}
CM:
  - rows: beside
    CMTRT: {copy: drug}
    CMDOSTXT: {copy: dose}
    CMCAT: {copy: all.status}
    CMSCAT: {first_of: [{copy: all.site_note}, {copy: note}, {lookup: {table: apart, give: {copy: total.drugs}}}]}
    CMINDC: {concat: [drug, all.status, all.weight], separator: "+"}
    CMDOSU: {lookup: {table: all, give: {copy: weight}}}
    CMROUTE: {lookup: {table: apart, give: {copy: total.largest}}}
    CMENDTC: {date: all.seen}
    SUPP:
      TOTAL: {lookup: {table: apart, give: {copy: total.sum}}, label: Total Dose}
      WEIGHT: {copy: all.weight, label: Weight}
  - rows: latest_beside
    CMTRT: {copy: drug}
    CMDOSTXT: {copy: dose}
    CMCAT: {copy: all.status}
    CMSCAT: {copy: total.drugs}
    CMDOSU: {copy: status}
    CMROUTE: {lookup: {table: beside, on: [subject, drug], give: {copy: all.weight}}}
"""
FILES = {
    "key": "hosp,study\nH901,301-001\nH902,301-002\nH903,301-003\n",
    "base": "hosp,name,seen,status,weight,site_note\n"
    "H901,王小明,2020-01-01,Alive,70,first\nH902,李大伟,2020-02,Alive,NK,\nH903,张伟,2020-03-03,Alive,50,\n",
    "follow": "status,hosp,weight,seen\n"
    "Dead,H901,NK,2021-05-05\nAlive,H901,69,2020-06-06\n,H902,88,2020-07-07\nLost,H903,,2021\nDead,H903,48,2021-03-02\n",
    "visit": "hosp,first drug,first dose,first note,second drug,second dose,second note\n"
    "H901,Sora|Lenva,0.1|0.2,n1,Rego,5,n2\nH902,,,,Sora,7.5|2.5,\nH903,A||B,1||2,n3,,,\n",
}
IDENTIFYING = ("H901", "H902", "H903", "王小明", "李大伟", "张伟")
