"""What can be wrong with routing rules."""

from app.core.errors import Invalid


class BadRoutingRules(Invalid):
    """The faults point to the row and the column."""

    slug = "bad-routing-rules"
    title = "The routing rules have faults"


class RuleTie(Invalid):
    """Two rules for the same types and the same ground hold on the same day; the faults point to both rows."""

    slug = "routing-rule-tie"
    title = "Two routing rules contradict each other"


class BadBindings(Invalid):
    """The faults point to the row and the column; those of ground name the place."""

    slug = "bad-bindings"
    title = "The list of part owners or contracts has faults"


class BadRuleFilter(Invalid):
    """It names a version, type, area or organisation that is not there."""

    slug = "bad-rule-filter"
    title = "The filter of the rules cannot be understood"
