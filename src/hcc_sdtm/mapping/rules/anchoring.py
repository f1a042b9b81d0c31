"""Named anchors that a rule gives, put where relative times count from them."""

from __future__ import annotations

from collections.abc import Mapping

from hcc_sdtm.mapping.language.head import Anchor
from hcc_sdtm.mapping.language.verbs import FirstOf, Lookup, Offset, RuleModel


def with_anchors(rule: RuleModel, anchors: Mapping[str, Anchor]) -> RuleModel:
    """The rule with the rule of an anchor in the place of its name; the name of an anchor with a date stays.

    An anchor's rule may count from an anchor that is declared before it.
    """
    match rule:
        case FirstOf(first_of=parts):
            return rule.model_copy(update={"first_of": tuple(with_anchors(part, anchors) for part in parts)})
        case Lookup(lookup=there):
            give = with_anchors(there.give, anchors)
            return rule.model_copy(update={"lookup": there.model_copy(update={"give": give})})
        case Offset(offset=by):
            side = "after" if by.after else "before"
            return rule.model_copy(update={"offset": by.model_copy(update={side: _anchor(by.anchor, anchors)})})
    return rule


def _anchor(anchor: str | RuleModel, anchors: Mapping[str, Anchor]) -> str | RuleModel:
    if isinstance(anchor, RuleModel):
        return with_anchors(anchor, anchors)
    names = list(anchors)
    if anchor not in anchors or isinstance(anchors[anchor].date, str):
        return anchor
    before = {name: anchors[name] for name in names[: names.index(anchor)]}
    return _anchor(anchors[anchor].date, before)
