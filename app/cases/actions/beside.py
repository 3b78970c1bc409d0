"""Changes beside the work: links, notes, tags, files."""

from msgspec.structs import replace

from app.cases.actions.model import Done, Turn
from app.cases.codes import LinkKind
from app.cases.models import Attachment, Link, Note
from app.errors import BadInputError

_MOST_LINKS = 200
_MOST_TAGS = 30
_MOST_NOTES = 1000
_MOST_FILES = 50


def link(turn: Turn) -> Done:
    """`linked_id` is put in by the use case, which finds the number among what the viewer sees."""
    given, case = turn.given, turn.case
    other = given.text("linked_id")
    if not other:
        raise BadInputError("Обращения с таким номером нет, или оно вам не видно.", field="number")
    if other == case.id:
        raise BadInputError("Связать обращение с ним самим нельзя.", field="number")
    if any(one.case_id == other for one in case.links):
        raise BadInputError("Эта связь уже есть.", field="number")
    if len(case.links) >= _MOST_LINKS:
        raise BadInputError("Связей слишком много. Уберите лишние.", field="number")
    kind = LinkKind(given.text("kind"))
    new = Link(kind, other, given.text("number"), turn.now, turn.who)
    return Done(replace(case, links=[*case.links, new]), to=new.number)


def unlink(turn: Turn) -> Done:
    wanted = turn.given.text("link")
    for one in turn.case.links:
        if one.case_id == wanted:
            left = [other for other in turn.case.links if other.case_id != wanted]
            return Done(replace(turn.case, links=left), to=one.number)
    raise BadInputError("Такой связи уже нет.", field="link")


def note(turn: Turn) -> Done:
    if len(turn.case.notes) >= _MOST_NOTES:
        raise BadInputError("Заметок слишком много.", field="text")
    new = Note(turn.new_id("n"), turn.now, turn.who, turn.given.text("text"))
    return Done(replace(turn.case, notes=[*turn.case.notes, new]))


def tag(turn: Turn) -> Done:
    new = " ".join(turn.given.text("tag").split())
    if len(turn.case.tags) >= _MOST_TAGS:
        raise BadInputError("Меток слишком много.", field="tag")
    if new.casefold() in (one.casefold() for one in turn.case.tags):
        raise BadInputError("Такая метка уже стоит.", field="tag")
    return Done(replace(turn.case, tags=[*turn.case.tags, new]), to=new)


def untag(turn: Turn) -> Done:
    old = turn.given.text("tag")
    if old not in turn.case.tags:
        raise BadInputError("Такой метки уже нет.", field="tag")
    return Done(replace(turn.case, tags=[one for one in turn.case.tags if one != old]), to=old)


def attach(turn: Turn) -> Done:
    """The file lies in the store already; its facts are put in by the use case, never by a form."""
    given = turn.given
    new = Attachment(
        id=turn.new_id("f"),
        sha256=given.text("sha256"),
        name=given.text("name"),
        media_type=given.text("media_type"),
        size=int(given.text("size") or 0),
        at=turn.now,
        by=turn.who,
    )
    if not new.sha256:
        raise BadInputError("Выберите файл.", field="file")
    if len(turn.case.attachments) >= _MOST_FILES:
        raise BadInputError(f"К обращению прикладывают до {_MOST_FILES} файлов.", field="file")
    if any(one.sha256 == new.sha256 for one in turn.case.attachments):
        raise BadInputError("Этот файл уже приложен.", field="file")
    return Done(replace(turn.case, attachments=[*turn.case.attachments, new]), to=new.name)


def detach(turn: Turn) -> Done:
    wanted = turn.given.text("file")
    for one in turn.case.attachments:
        if one.id == wanted:
            left = [other for other in turn.case.attachments if other.id != wanted]
            return Done(replace(turn.case, attachments=left), to=one.name)
    raise BadInputError("Этого файла уже нет.", field="file")
