"""The last days of the demo town's administration: people work, some of them are late.

Tables tell what became of a message; who was asked, who gave it back and what was promised only
work itself leaves. So a few messages are entered and worked on as the product does it, at moments
of the days before.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.accounts.staff import Staff, current_staff
from app.cases.actions.apply import apply, done_before, rule_of
from app.cases.actions.model import Action
from app.cases.actions.reading import read_given
from app.cases.doing import change
from app.cases.models import Case
from app.deadlines.current import current_deadlines
from app.deadlines.days import DayTable, table_of
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import OtklikError
from app.growth.watching import watch
from app.intake.entry import Entry, take_in
from app.intake.manual.forms import SYSTEM, EntryForm, understand
from app.intake.manual.service import ENTERED, entry_id
from app.reference.current import current_book
from app.reference.departments import DepartmentBook
from app.viewer import Viewer


class Step(Struct, frozen=True):
    """What somebody did, `after` so many minutes since the message came."""

    who: str
    action: str
    after: int
    given: dict[str, str] = {}


class Story(Struct, frozen=True):
    days: int
    """Working days before today."""
    at: str
    channel: str
    text: str
    address: str
    steps: tuple[Step, ...] = ()
    kind: str = "message"


def _given_to(department: str, minutes: int = 10) -> Step:
    return Step("coordinator", "assign", minutes, {"department": department})


STORIES = (
    Story(
        4,
        "09:20",
        "phone",
        "Третий день в подвале дома стоит вода, запах поднимается в подъезд. Кто это уберёт?",
        "ул. Кирова, д. 14",
        (
            _given_to("water"),
            Step("executor", "take", 25),
            Step(
                "executor",
                "ask",
                40,
                {
                    "department": "safety",
                    "text": "Были ли по этому адресу заявки аварийной службе за неделю?",
                },
            ),
        ),
    ),
    Story(
        5,
        "10:05",
        "vk",
        "Обещали восстановить циркуляцию горячей воды, утром из крана по-прежнему идёт холодная.",
        "ул. Кирова, д. 3",
        (
            _given_to("water"),
            Step("executor", "take", 30),
            Step(
                "executor",
                "interim",
                90,
                {
                    "text": "Насос заказан, поставят его на этой неделе. О результате напишем.",
                    "promised_at": "2",
                },
            ),
        ),
    ),
    Story(
        1,
        "11:30",
        "telegram",
        "На детской площадке сломаны качели, торчит арматура. Уберите, пока никто не покалечился.",
        "ул. Кирова, д. 21",
        (
            _given_to("roads"),
            Step(
                "roads",
                "return",
                30,
                {"reason": "Площадка не наша: её содержит отдел благоустройства и озеленения."},
            ),
        ),
    ),
    Story(
        1,
        "14:10",
        "phone",
        "После ремонта теплотрассы не засыпали яму у второго подъезда, машины объезжают по газону.",
        "ул. Кирова, д. 9",
        (_given_to("roads"), Step("roads", "take", 20)),
    ),
    Story(
        1,
        "16:45",
        "email",
        "Прошу сообщить, когда в доме включат отопление: на пятом этаже холодно второй день.",
        "ул. Кирова, д. 30",
        (
            _given_to("water"),
            Step("executor", "take", 60),
            Step(
                "executor",
                "send_for_approval",
                100,
                {"text": "Отопление включили вчера вечером, на пятом этаже стравили воздух."},
            ),
        ),
    ),
    Story(
        0,
        "09:05",
        "max",
        "С утра нет напора воды во всём доме. Авария или плановые работы?",
        "ул. Кирова, д. 14",
        (_given_to("water"), Step("executor", "take", 15)),
    ),
    Story(
        0,
        "09:15",
        "vk",
        "Автобус 4 не пришёл ни в 7:40, ни в 8:10. Дети опоздали в школу.",
        "ул. Кирова, д. 2",
        (_given_to("transport"),),
    ),
    Story(
        0,
        "09:25",
        "phone",
        "Во дворе не горит ни один фонарь, вечером ничего не видно.",
        "ул. Кирова, д. 17",
    ),
)


async def live(engine: Engine, zone: ZoneInfo, now: datetime | None = None) -> int:
    """Returns how many messages there are. Safe to repeat: what was done is not done again."""
    moment = (now or datetime.now(UTC)).astimezone(zone)
    staff, book = await current_staff(engine, zone, moment), await current_book(engine)
    table = table_of((await current_deadlines(engine)).calendar_for(None))
    for place, story in enumerate(STORIES):
        town = _Town(engine, zone, staff, book, moment, _came(story, table, moment))
        await town.live(place, story)
    await engine.refresh(Index.CASES)
    await watch(engine, zone, moment)  # the hourly one came before there was anything to count
    return len(STORIES)


class _Town:
    """One message and those who work on it."""

    def __init__(
        self,
        engine: Engine,
        zone: ZoneInfo,
        staff: Staff,
        book: DepartmentBook,
        now: datetime,
        came: datetime,
    ) -> None:
        self._engine = engine
        self._zone = zone
        self._staff = staff
        self._book = book
        self._now = now
        self._came = came

    async def live(self, place: int, story: Story) -> None:
        """What has not come by now is left for later."""
        if self._came > self._now:
            return
        case_id = await self._enter(f"demo-{self._came:%Y%m%d}-{place}", story)
        for step in story.steps:
            at = self._came + timedelta(minutes=step.after)
            if at > self._now:
                return
            rule = rule_of(step.action)
            given = read_given(rule, self._raw(step), self._zone)
            wish = Action(step.action, given, key=f"demo-{place}-{step.action}")
            await self._act(case_id, wish, self._viewer(step.who), at)

    async def _act(self, case_id: str, wish: Action, viewer: Viewer, at: datetime) -> None:
        """As `app.cases.doing.act`, which knows only the moment that is."""
        deadlines = await current_deadlines(self._engine)

        def decide(case: Case) -> Case | None:
            if done_before(case, wish, viewer):
                return None
            return apply(case, wish, viewer, at, deadlines)

        await change(self._engine, viewer, case_id, None, decide, zone=self._zone)

    async def _enter(self, key: str, story: Story) -> str:
        form = EntryForm(
            kind=story.kind,
            channel=story.channel,
            received_at=f"{self._came:%Y-%m-%dT%H:%M}",
            text=story.text,
            address=story.address,
        )
        understood = understand(form, self._zone, self._now, {})
        if understood.input is None:
            raise ValueError(understood.errors)
        viewer = self._viewer("operator")
        entry = Entry(
            id=entry_id(viewer, key),
            input=understood.input,
            what=ENTERED,
            profile=SYSTEM,
            created_by=viewer.name,
        )
        (outcome,) = await take_in(
            self._engine, self._zone, viewer, [entry], refresh=True, now=self._came
        )
        if isinstance(outcome, OtklikError):
            raise outcome
        return outcome.case.id

    def _raw(self, step: Step) -> dict[str, str]:
        """Departments by their names; a promise by days after the message came."""
        raw = dict(step.given)
        if code := raw.get("department"):
            raw["department"] = self._book.departments[code].name
        if days := raw.get("promised_at"):
            raw["promised_at"] = f"{self._came + timedelta(days=int(days)):%Y-%m-%d}"
        return raw

    def _viewer(self, login: str) -> Viewer:
        viewer = self._staff.viewer(login)
        if viewer is None:
            raise ValueError(login)
        return viewer


def _came(story: Story, table: DayTable, now: datetime) -> datetime:
    """On a working day: the last one that began, and so many before it."""
    left, day = story.days, now.date()
    while left or not table.works(table.index(day)):
        left -= table.works(table.index(day))
        day -= timedelta(days=1)
    return datetime.combine(day, time.fromisoformat(story.at), now.tzinfo)
