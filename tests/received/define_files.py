"""A define.xml for a test: datasets, variables, codelists and value level, version 2.1 or 2.0."""

from xml.sax.saxutils import quoteattr


def item(
    name, type_="text", length=None, label="", mandatory="No", key=None, codelist="", values="", no_data=False, oid=""
):
    return {
        "name": name, "type": type_, "length": length, "label": label, "mandatory": mandatory, "key": key, "codelist": codelist,
        "values": values, "no_data": no_data, "oid": oid,
    }  # fmt: skip


def _attributes(**values):
    return "".join(
        f" {name.replace('__', ':')}={quoteattr(str(value))}"
        for name, value in values.items()
        if value not in (None, "")
    )


def _description(text):
    return f'<Description><TranslatedText xml:lang="en">{text}</TranslatedText></Description>' if text else ""


def define(datasets, codelists=None, value_lists=None, version="2.1", extra=""):
    """``datasets``: name -> (attributes, items); ``codelists``: OID -> terms, those of the sponsor with ``+`` before them;
    ``value_lists``: OID -> [(item, [(variable OID, comparator, values)])]."""
    groups, definitions, lists, clauses = [], {}, [], []
    for name, (about, items) in datasets.items():
        references = []
        for order, each in enumerate(items, 1):
            oid = each["oid"] or f"IT.{name}.{each['name']}"
            more = _attributes(KeySequence=each["key"], def__HasNoData="Yes" if each["no_data"] else None)
            references.append(f'<ItemRef ItemOID="{oid}" OrderNumber="{order}" Mandatory="{each["mandatory"]}"{more}/>')
            definitions[oid] = _item_def(oid, each)
        class_ = about.get("class", "EVENTS")
        label = _description(about.get("label", ""))
        attributes = _attributes(def__HasNoData=about.get("no_data"), def__Class=class_ if version == "2.0" else None)
        element = f'<def:Class Name="{class_}"/>' if version == "2.1" else ""
        groups.append(
            f'<ItemGroupDef OID="IG.{name}" Name="{name}" Repeating="Yes" def:Structure="One record per x"{attributes}>{label}'
            f"{''.join(references)}{element}</ItemGroupDef>"
        )
    for oid, entries in (value_lists or {}).items():
        references = []
        for at, (each, checks) in enumerate(entries):
            value_oid, where = f"{oid}.{at}", f"WC.{oid}.{at}"
            definitions[value_oid] = _item_def(value_oid, each)
            references.append(
                f'<ItemRef ItemOID="{value_oid}" OrderNumber="{at + 1}" Mandatory="{each["mandatory"]}">'
                f'<def:WhereClauseRef WhereClauseOID="{where}"/></ItemRef>'
            )
            ranges = "".join(
                f'<RangeCheck Comparator="{comparator}" SoftHard="Soft" def:ItemOID="{variable}">'
                f"{''.join(f'<CheckValue>{value}</CheckValue>' for value in values)}</RangeCheck>"
                for variable, comparator, values in checks
            )
            clauses.append(f'<def:WhereClauseDef OID="{where}">{ranges}</def:WhereClauseDef>')
        lists.append(f'<def:ValueListDef OID="{oid}">{"".join(references)}</def:ValueListDef>')
    parts = [
        *lists,
        *clauses,
        *groups,
        *definitions.values(),
        *(_codelist(*each) for each in (codelists or {}).items()),
    ]
    body = "\n".join(parts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v{version}" FileOID="F">\n'
        f'<Study OID="S"><MetaDataVersion OID="M" Name="N" def:DefineVersion="{version}.0">\n{body}\n{extra}\n'
        "</MetaDataVersion></Study></ODM>\n"
    )


def _item_def(oid, each):
    attributes = _attributes(Name=each["name"], DataType=each["type"], Length=each["length"])
    codelist = f'<CodeListRef CodeListOID="{each["codelist"]}"/>' if each["codelist"] else ""
    values = f'<def:ValueListRef ValueListOID="{each["values"]}"/>' if each["values"] else ""
    return f'<ItemDef OID="{oid}"{attributes}>{_description(each["label"])}{codelist}{values}</ItemDef>'


def _codelist(oid, terms):
    if terms == "MedDRA":
        return f'<CodeList OID="{oid}" Name="{oid}" DataType="text"><ExternalCodeList Dictionary="MEDDRA"/></CodeList>'
    items = ""
    for term in terms:
        extended = _attributes(def__ExtendedValue="Yes" if term.startswith("+") else None)
        items += f"<EnumeratedItem CodedValue={quoteattr(term.removeprefix('+'))}{extended}/>"
    return f'<CodeList OID="{oid}" Name="{oid}" DataType="text">{items}</CodeList>'
