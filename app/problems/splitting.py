"""What a split makes: of the problem and of what was said of it, whoever makes it: pure."""

from msgspec.structs import replace
from ulid import ULID

from app.problems.models import Act, Claim, Problem

SPLIT = "split"
"""Kind of the act on the whole: what is in it is all that the new problem is made of."""


def part_id() -> str:
    return f"p{str(ULID()).lower()}"


def split_of(whole: Problem, part: str) -> Problem:
    """Noted as still to be moved: whoever carries that out makes the part where it is missing."""
    return replace(whole, apart=sorted({*whole.apart, part}), moved=False)


def parts_of(whole: Problem) -> dict[str, Problem]:
    """By id, as each was when it was made, of all splits that were ever said."""
    told = [act for act in whole.acts if act.kind == SPLIT and act.about.get("cases")]
    return {act.about["into"]: _part(whole, act) for act in told}


def _part(whole: Problem, act: Act) -> Problem:
    ids: list[str] = act.about["cases"]
    about = {"from": whole.id, "messages": len(ids)}
    return Problem(
        id=act.about["into"],
        created_at=act.at,
        founder=ids[0],
        theme=whole.theme,
        group=whole.group,
        municipality=whole.municipality,
        settlement=whole.settlement,
        first_at=whole.first_at,
        last_at=whole.last_at,
        seen_by=whole.seen_by,
        split_from=whole.id,
        apart=[whole.id],
        claims=[Claim(one, act.by, act.at) for one in ids],
        moved=False,
        acts=[Act(act.at, act.by, "split_from", about)],
    )
