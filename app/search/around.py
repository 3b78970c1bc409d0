"""What stands around the list: the timeline, ways to the same day, the export of the whole."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.cases.links import same_day_links
from app.search.contexts import address
from app.search.params import SearchParams
from app.search.results import Results
from app.search.timeline import Span, Step, month_days, month_label, spans
from app.web.filters import counted, number

HEIGHT = 48
"""Of the picture's own units; a bar of one case is seen beside one of thousands."""
_LEAST = 2
_WIDTH = 10
_GAP = 1
_OF_A_PAGE = frozenset({"after", "size"})
_STEPS = {
    Step.DAY: "по дням",
    Step.WEEK: "по неделям",
    Step.MONTH: "по месяцам",
    Step.YEAR: "по годам",
}


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    height: int
    first: date
    last: date
    label: str
    words: str
    """«март 2026: 12 обращений»."""
    number: str
    url: str
    chosen: bool


@dataclass(frozen=True)
class TimelineView:
    """A picture of `width` × `HEIGHT`; each bar leads to the cases of its days, `clear` to all."""

    bars: list[Bar]
    step: str
    width: int
    height: int
    bar_width: int
    start: str
    end: str
    most: str
    narrowed: bool
    clear: str


def around(params: SearchParams, results: Results, zone: ZoneInfo) -> dict[str, Any]:
    """More names for the templates of a search that was answered."""
    return {
        "timeline": timeline_view(params, results),
        "export_pairs": [pair for pair in params.pairs() if pair[0] not in _OF_A_PAGE],
        "same_day": {
            found.hit.id: same_day_links(
                found.hit.received_at, zone, street=found.street, theme=found.hit.theme
            )
            for found in results.hits
        },
    }


def timeline_view(params: SearchParams, results: Results) -> TimelineView | None:
    """None where all came within one span: there is nothing to choose."""
    step, found = spans(results.days)
    most = max((span.count for span in found), default=0)
    if len(found) <= 1 or most == 0:
        return None
    free = _with_period(params, None, None)
    narrowed = free != replace(params, after=None)
    return TimelineView(
        bars=[_bar(params, span, step, place, most) for place, span in enumerate(found)],
        step=_STEPS[step],
        width=len(found) * _WIDTH,
        height=HEIGHT,
        bar_width=_WIDTH - _GAP,
        start=f"{found[0].first:%d.%m.%Y}",
        end=f"{found[-1].last:%d.%m.%Y}",
        most=number(most),
        narrowed=narrowed,
        clear=address(free),
    )


def _bar(params: SearchParams, span: Span, step: Step, place: int, most: int) -> Bar:
    height = max(round(span.count * HEIGHT / most), _LEAST) if span.count else 0
    label = _label(span, step)
    return Bar(
        x=place * _WIDTH,
        y=HEIGHT - height,
        height=height,
        first=span.first,
        last=span.last,
        label=label,
        words=f"{label}: {counted(span.count, 'обращение', 'обращения', 'обращений')}",
        number=number(span.count),
        url=address(_with_period(params, span.first, span.last)),
        chosen=_chosen(params, span),
    )


def _label(span: Span, step: Step) -> str:
    if step is Step.DAY:
        return f"{span.first:%d.%m.%Y}"
    if step is Step.MONTH:
        return month_label(f"{span.first:%Y-%m}")
    if step is Step.YEAR:
        return str(span.first.year)
    return f"{span.first:%d.%m.%Y} – {span.last:%d.%m.%Y}"


def _with_period(params: SearchParams, since: date | None, until: date | None) -> SearchParams:
    """From the first page; the months chosen before would narrow the new period."""
    filters = {name: values for name, values in params.filters.items() if name != "month"}
    return replace(params, filters=filters, since=since, until=until, after=None)


def _chosen(params: SearchParams, span: Span) -> bool:
    """Whether the days of a bar are, in part at least, among those the result is narrowed to."""
    if params.since and span.last < params.since:
        return False
    if params.until and span.first > params.until:
        return False
    held = [month_days(value) for value in params.values("month")]
    return not held or any(first <= span.last and span.first <= last for first, last in held)
