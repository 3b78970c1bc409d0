"""The page «Рост»: every number with the address of the cases behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from app.growth.learned import State
from app.growth.models import Series
from app.growth.rules import WINDOW
from app.growth.service import Day, Growing, SeenCampaign
from app.growth.words import called, growth_text, place_of
from app.permissions import Permission
from app.problems.models import Problem
from app.text.mask import mask_contacts
from app.viewer import Viewer
from app.web.filters import counted, number

SPARK_DAYS = 42
_WIDTH, _HEIGHT = 168, 36
_BEGINNING = 140
"""Letters of a campaign's text that are shown."""


@dataclass(frozen=True)
class Spark:
    """Points of an SVG picture `width` × `height`."""

    width: int
    height: int
    line: str
    band: str
    """What is usual, shaded."""
    words: str
    """The same for who does not see it."""


@dataclass(frozen=True)
class AlarmRow:
    id: str
    what: str
    where: str
    problem: str
    """Address of the problem's page; empty where the series is none."""
    text: str
    authors: str
    began: date
    url: str
    spark: Spark
    dismissed_by: str = ""
    dismissed_at: datetime | None = None


@dataclass(frozen=True)
class CampaignRow:
    text: str
    told: str
    first: date
    last: date
    url: str


@dataclass(frozen=True)
class GrowthView:
    rows: list[AlarmRow]
    dismissed: list[AlarmRow]
    campaigns: list[CampaignRow]
    watched_at: datetime | None
    may_dismiss: bool


def growth_view(
    found: Sequence[Growing],
    dismissed: Sequence[Growing],
    campaigns: Sequence[SeenCampaign],
    problems: Mapping[str, Problem],
    state: State,
    viewer: Viewer,
) -> GrowthView:
    return GrowthView(
        rows=[alarm_row(one, problems) for one in found],
        dismissed=[alarm_row(one, problems) for one in dismissed],
        campaigns=[_campaign(one) for one in campaigns],
        watched_at=state.watched_at,
        may_dismiss=viewer.may(Permission.PROBLEM_MANAGE),
    )


def alarm_row(one: Growing, problems: Mapping[str, Problem]) -> AlarmRow:
    """`problems`: by the id of the alarm, those the viewer sees; a merged one leads on."""
    alarm, series = one.alarm, one.alarm.series
    said, problem = alarm.dismissed, problems.get(series.problem or "")
    return AlarmRow(
        id=alarm.id,
        what=called(alarm, problem),
        where=place_of(alarm),
        problem=f"/problems/{problem.id if problem else series.problem}" if series.problem else "",
        text=growth_text(one.seen, one.expected),
        authors=counted(one.authors, "автор", "автора", "авторов"),
        began=alarm.began,
        url=cases_url(series, alarm.day - timedelta(days=WINDOW - 1), alarm.day),
        spark=spark(one.days[-SPARK_DAYS:]),
        dismissed_by=said.by if said else "",
        dismissed_at=said.at if said else None,
    )


def cases_url(series: Series, first: date, last: date) -> str:
    """The search that finds these messages, with copies of them and campaigns."""
    pairs = {
        "theme": series.theme,
        "municipality": series.municipality,
        "settlement": series.settlement,
        "problem": series.problem,
        "from": first.isoformat(),
        "to": last.isoformat(),
    }
    return f"/search?{urlencode({name: value for name, value in pairs.items() if value})}"


def spark(days: Sequence[Day]) -> Spark:
    top = max([1.0, *(max(one.count, one.high) for one in days)])
    step = _WIDTH / max(len(days) - 1, 1)

    def points(values: list[float]) -> list[str]:
        return [
            f"{place * step:.1f},{_HEIGHT - value / top * (_HEIGHT - 2) - 1:.1f}"
            for place, value in enumerate(values)
        ]

    upper = points([one.high for one in days])
    lower = points([one.low for one in days])
    most = max((one.count for one in days), default=0)
    return Spark(
        _WIDTH,
        _HEIGHT,
        line=" ".join(points([float(one.count) for one in days])),
        band=" ".join([*upper, *reversed(lower)]),
        words=f"За {counted(len(days), 'день', 'дня', 'дней')}: больше всего {number(most)} в день",
    )


def _campaign(one: SeenCampaign) -> CampaignRow:
    campaign = one.campaign
    text = mask_contacts(" ".join(one.text.split()))
    return CampaignRow(
        text=text if len(text) <= _BEGINNING else f"{text[:_BEGINNING].rstrip()}…",
        told=", ".join(
            [
                counted(campaign.count, "сообщение", "сообщения", "сообщений"),
                counted(campaign.places, "место", "места", "мест"),
                counted(campaign.authors, "автор", "автора", "авторов"),
            ]
        ),
        first=campaign.first,
        last=campaign.last,
        url=f"/cases/{one.case_id}",
    )
