"""The one table of all that can be done with a case. Rules are read here and nowhere else."""

from app.cases.actions.model import Rule
from app.cases.actions.rules.answering import ANSWERING
from app.cases.actions.rules.appeal import APPEAL
from app.cases.actions.rules.asking import ASKING
from app.cases.actions.rules.beside import BESIDE
from app.cases.actions.rules.hands import HANDS
from app.cases.actions.rules.intake import INTAKE
from app.cases.actions.undo import UNDO, Undo
from app.permissions import Permission

_RULES = (*INTAKE, *HANDS, *ASKING, *ANSWERING, *APPEAL, *BESIDE)
UNDOING = Undo({rule.name: rule for rule in _RULES})

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        *_RULES,
        Rule(
            name=UNDO,
            title="Отменить своё действие",
            told="отменено своё действие",
            permission=Permission.CASE_VIEW,
            change=UNDOING.change,
            conditions=(UNDOING.why_not,),
            reversible=False,
            icon="history",
        ),
    )
}
