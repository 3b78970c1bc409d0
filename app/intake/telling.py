"""What the journal is told of a load: who sent the file, and what came of it in numbers.

The cases a file brings have no lines of their own for that: 100,000 equal ones would say nothing
that the one line and their histories do not. See docs/decisions/0012-audit-chains.md.
"""

import msgspec

from app.audit.models import as_login
from app.audit.service import ObjectKind, happened, record
from app.engine.client import Engine
from app.intake.models import Counts, ImportJob


async def tell(engine: Engine, job: ImportJob, what: str, counts: Counts | None = None) -> None:
    """`what` is `asked`, `done`, `failed` or `cancelled`; told twice it is one line.

    The file's name is left out: it may be a person's.
    """
    told = msgspec.structs.asdict(counts) if counts else {}
    rows = told.pop("rows", None)
    event = happened(
        f"import.{what}",
        id=f"import:{job.id}:{what}",
        who=as_login(job.created_by),
        kind=ObjectKind.IMPORT,
        object_id=job.id,
        counts={name: count for name, count in told.items() if count},
        count=rows,
    )
    await record(engine, event)
