"""The stages of a case and by when each has to be over, worked out anew after every change.

A stage keeps its due moment until something it was worked out from changes: another edition of a
profile moves open cases only by a recount that people ask for.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from app.cases.chase import next_alert
from app.cases.codes import DONE_STATES, AnswerKind, AnswerState, Basis, Kind, RequestState, State
from app.cases.models import Answer, Case, StageDeadline
from app.deadlines.counting import due_moment
from app.deadlines.days import table_of
from app.deadlines.models import Book, Calendar, Profile, Stage

_ORDER = (Stage.REGISTRATION, Stage.FORWARDING, Stage.RETURN, Stage.ANSWER, Stage.INTERIM)


class Span(Struct, frozen=True):
    """One stage as the facts of a case have it."""

    started_at: datetime
    over: bool = False
    done_at: datetime | None = None
    due_at: datetime | None = None
    """Where it does not follow from a profile, with why."""
    basis: Basis = Basis.RULE


class Facts(Struct, frozen=True):
    """What the choice of a profile depends on."""

    kind: str
    channel: str
    importance: str | None
    municipality: str | None
    chosen: str | None


def timed(
    before: Case | None,
    after: Case,
    book: Book,
    now: datetime,
    *,
    given: datetime | None = None,
    undone: bool = False,
) -> Case:
    """`after` with its stages, the moment it is sorted by and the moment it is chased next.

    `given` is the due moment that the source of the case names, which a case without stages has as
    its own; `undone` tells that the change took one back: then the stages stand as they were, with
    all else.
    """
    if undone:
        return replace(after, alert_at=next_alert(after, book))
    if after.state in DONE_STATES and after.promised_at:
        after = replace(after, promised_at=None)  # kept, or void: nothing is promised any more
    if given is None and not (before or after).deadlines:
        given = (before or after).deadline_at
    turn = _Turn(before, after, book, now, given)
    stages = [turn.stage(stage) for stage in _ORDER]
    return _with_stages(after, [one for one in stages if one], book)


def recounted(case: Case, was: Book, book: Book) -> Case:
    """`case` with what the change of the book from `was` to `book` moves; the same object where no
    open stage moves. What an earlier change would have moved stays, if people chose so then.
    """
    fresh = [_recounted(case, one, was, book) for one in case.deadlines]
    return case if fresh == case.deadlines else _with_stages(case, fresh, book)


def rechased(case: Case, book: Book) -> Case:
    """`case` with its next reminder by the ladder and the warnings of `book`."""
    due = next_alert(case, book)
    return case if due == case.alert_at else replace(case, alert_at=due)


def _recounted(case: Case, stage: StageDeadline, was: Book, book: Book) -> StageDeadline:
    if not is_open(case, stage):
        return stage
    fresh = _by_rule(case, stage, book)
    return stage if fresh == _by_rule(case, stage, was) else fresh


def stage_of(case: Case, stage: Stage) -> StageDeadline | None:
    return next((one for one in case.deadlines if one.stage is stage), None)


def is_open(case: Case, stage: StageDeadline) -> bool:
    """Whether something is still due by it."""
    return stage.done_at is None and case.state not in DONE_STATES


def main_stage(case: Case) -> StageDeadline | None:
    """The one that is due to the author: registration, then the answer, or the final one that was
    promised.
    """
    answer = stage_of(case, Stage.ANSWER)
    interim = stage_of(case, Stage.INTERIM)
    if interim and not interim.done_at:
        return interim
    return answer or stage_of(case, Stage.REGISTRATION)


def latest_promise(case: Case, book: Book, now: datetime) -> datetime | None:
    """The last moment an interim answer sent `now` may promise; None where nothing limits it."""
    profile = _chosen(case, Stage.INTERIM, book)
    return due_moment(profile, table_of(_calendar(case, book)), now) if profile else None


def half_left(case: Case, book: Book, now: datetime, *, least: int) -> datetime | None:
    """When half of the working time to the author's deadline has passed, `least` working minutes
    from `now` at the earliest; None without a deadline.
    """
    if case.deadline_at is None:
        return None
    table = table_of(_calendar(case, book))
    start = table.worked(*table.place(now))
    left = table.worked(*table.place(case.deadline_at)) - start
    due = table.moment(*table.after(start + max(left // 2, least * 60)))
    return due.astimezone(UTC)


def _with_stages(case: Case, stages: list[StageDeadline], book: Book) -> Case:
    ready = replace(case, deadlines=stages)
    main = main_stage(ready)
    open_requests = [one for one in case.requests if one.state is RequestState.OPEN]
    asked = min((one.due_at for one in open_requests if one.due_at), default=None)
    ready = replace(
        ready,
        deadline_at=main.due_at if main else None,
        workflow=replace(case.workflow, asked_due_at=asked),
    )
    return replace(ready, alert_at=next_alert(ready, book))


class _Turn:
    """One change of a case and what it means for each stage."""

    def __init__(
        self,
        before: Case | None,
        case: Case,
        book: Book,
        now: datetime,
        given: datetime | None,
    ) -> None:
        self._before = before
        self._case = case
        self._book = book
        self._now = now
        self._given = given
        self._reopened = case.kind is Kind.MESSAGE and _reopened(before, case)
        self._refactored = before is not None and facts_of(before) != facts_of(case)

    def stage(self, stage: Stage) -> StageDeadline | None:
        """Kept, moved, begun, over; None where the case has none."""
        span, kept = _SPANS[stage](self._case), stage_of(self._case, stage)
        if span is None and stage is Stage.ANSWER and self._named(kept):
            span = Span(self._case.received_at)
        if span is None:
            return self._left(kept)
        if kept is None:
            fresh = self._begun(stage, span)
        elif self._reopened and stage is Stage.ANSWER:
            fresh = self._begun(stage, replace(span, started_at=self._now))
        else:
            fresh = self._kept(kept, span)
        return self._ended(fresh, span) if fresh else None

    def _named(self, kept: StageDeadline | None) -> bool:
        """The source named the due moment, also of an appeal that nobody has registered yet."""
        return bool(self._given or (kept and kept.basis is Basis.GIVEN))

    def _left(self, kept: StageDeadline | None) -> StageDeadline | None:
        """What no longer applies ended with this change, unless it had ended before."""
        return replace(kept, done_at=kept.done_at or self._now) if kept else None

    def _ended(self, stage: StageDeadline, span: Span) -> StageDeadline:
        if self._given and stage.stage is Stage.ANSWER:
            stage = replace(stage, due_at=self._given, basis=Basis.GIVEN, profile=None)
        done = span.done_at if span.over else None
        if stage.stage is Stage.ANSWER and not done and self._case.kind is Kind.MESSAGE:
            done = self._reported(stage)
        return replace(stage, done_at=done)

    def _reported(self, stage: StageDeadline) -> datetime | None:
        """An interim answer is the first word in time, where it does not merely stop the clock."""
        interim = last_interim(self._case)
        if interim is None or not interim.at or interim.at < stage.started_at:
            return None
        return None if stage.paused else interim.at

    def _begun(self, stage: Stage, span: Span) -> StageDeadline | None:
        if span.due_at:
            return _stated(stage, span, span.due_at, span.basis)
        if self._given and stage is Stage.ANSWER:
            return _stated(stage, span, self._given, Basis.GIVEN)
        profile = _chosen(self._case, stage, self._book)
        if profile is None:
            return None
        basis = _basis(self._case, stage, profile)
        begun = replace(_stated(stage, span, span.started_at, basis), profile=profile.code)
        return _counted(self._case, self._halted(begun), profile, self._book)

    def _kept(self, kept: StageDeadline, span: Span) -> StageDeadline:
        """With another due moment where what it follows from has changed."""
        if span.due_at:
            return replace(kept, started_at=span.started_at, due_at=span.due_at, basis=span.basis)
        fresh = self._halted(replace(kept, started_at=self._started(kept, span)))
        if self._refactored:
            return _by_rule(self._case, fresh, self._book)
        profile = self._book.profiles.get(kept.profile or "")
        return (
            _counted(self._case, fresh, profile, self._book) if profile and fresh != kept else fresh
        )

    def _started(self, kept: StageDeadline, span: Span) -> datetime:
        """A stage begun anew by a reopening keeps that moment, unless the fact was changed."""
        was = _SPANS[kept.stage](self._before) if self._before else None
        same = was is not None and was.started_at == span.started_at
        return kept.started_at if same else span.started_at

    def _halted(self, stage: StageDeadline) -> StageDeadline:
        """With the clock stopped by an interim answer, and running again when work goes on."""
        profile = self._book.profiles.get(stage.profile or "")
        if stage.stage is not Stage.ANSWER or not profile or not profile.pause:
            return stage
        running = not stage.paused or stage.paused[-1][1] is not None
        stands, interim = self._case.state is State.INTERIM, last_interim(self._case)
        if stands and running and interim and interim.at:
            earlier = [pause for pause in stage.paused if pause[0] != interim.at]
            return replace(stage, paused=[*earlier, (interim.at, None)])
        if not stands and not running:
            since = stage.paused[-1][0]
            return replace(stage, paused=[*stage.paused[:-1], (since, self._now)])
        return stage


def _stated(stage: Stage, span: Span, due_at: datetime, basis: Basis) -> StageDeadline:
    return StageDeadline(stage=stage, started_at=span.started_at, due_at=due_at, basis=basis)


def _by_rule(case: Case, stage: StageDeadline, book: Book) -> StageDeadline:
    """By the profile that the book chooses now; what people or a source set stays."""
    chosen = stage.stage is Stage.ANSWER and case.deadline_profile
    if stage.basis not in {Basis.RULE, Basis.CHOSEN} and not chosen:
        return stage
    profile = _chosen(case, stage.stage, book)
    if profile is None:
        return stage
    fresh = replace(stage, profile=profile.code, basis=_basis(case, stage.stage, profile))
    return _counted(case, fresh, profile, book)


def _counted(case: Case, stage: StageDeadline, profile: Profile, book: Book) -> StageDeadline:
    calendar = _calendar(case, book)
    pauses = [(since, until) for since, until in stage.paused if until]
    due = due_moment(profile, table_of(calendar), stage.started_at, pauses)
    return replace(stage, due_at=due.astimezone(UTC), calendar=calendar.code)


def facts_of(case: Case) -> Facts:
    return Facts(
        case.kind, case.channel, case.importance, case.place.municipality, case.deadline_profile
    )


def _chosen(case: Case, stage: Stage, book: Book) -> Profile | None:
    """The one a person chose for the case's answer, else the best by the book's choices."""
    if stage is Stage.ANSWER and case.deadline_profile in book.profiles:
        return book.profiles[case.deadline_profile]
    return book.profile_for(stage, kind=case.kind, channel=case.channel, importance=case.importance)


def _basis(case: Case, stage: Stage, profile: Profile) -> Basis:
    chosen = stage is Stage.ANSWER and case.deadline_profile == profile.code
    return Basis.CHOSEN if chosen else Basis.RULE


def _calendar(case: Case, book: Book) -> Calendar:
    return book.calendar_for(case.place.municipality)


def last_interim(case: Case) -> Answer | None:
    sent = [one for one in _sent(case) if one.kind is AnswerKind.INTERIM]
    return sent[-1] if sent else None


def _sent(case: Case) -> list[Answer]:
    return [one for one in case.answers if one.state is AnswerState.SENT and one.at]


def _over_at(case: Case) -> datetime | None:
    """When the work ended, for all that is known; None while it goes on."""
    if case.state not in DONE_STATES:
        return None
    if case.state is State.FORWARDED and case.forwarded:
        return case.forwarded.at
    final = [one.at for one in _sent(case) if one.kind is AnswerKind.FINAL and one.at]
    return max(final, default=case.closed_at)


def _reopened(before: Case | None, after: Case) -> bool:
    return before is not None and before.state in DONE_STATES and after.state not in DONE_STATES


def _registration(case: Case) -> Span | None:
    if case.kind is not Kind.APPEAL:
        return None
    done = case.registered_at or _over_at(case)
    return Span(case.received_at, over=done is not None, done_at=done)


def _forwarding(case: Case) -> Span | None:
    """59-ФЗ art. 8: whoever takes the appeal to work will not forward it."""
    if case.kind is not Kind.APPEAL or not case.registered_at:
        return None
    done = case.workflow.taken_at or _over_at(case)
    return Span(case.registered_at, over=done is not None, done_at=done)


def _return(case: Case) -> Span | None:
    """Runs while a message lies with a department that has neither taken nor returned it."""
    assigned = case.workflow.assigned_at
    if case.kind is not Kind.MESSAGE or case.state is not State.ASSIGNED or not assigned:
        return None
    return Span(assigned)


def _answer(case: Case) -> Span | None:
    start = case.registered_at if case.kind is Kind.APPEAL else case.received_at
    if start is None:
        return None
    over, done = case.state in DONE_STATES, _over_at(case)
    if case.extension:
        return Span(start, over, done, case.extension.until, Basis.EXTENDED)
    return Span(start, over, done)


def _interim(case: Case) -> Span | None:
    """For messages: the day that was promised (the term of an appeal no promise moves)."""
    interim = last_interim(case)
    if case.kind is not Kind.MESSAGE or not case.promised_at or not interim or not interim.at:
        return None
    return Span(interim.at, due_at=case.promised_at, basis=Basis.PROMISED)


_SPANS: dict[Stage, Callable[[Case], Span | None]] = {
    Stage.REGISTRATION: _registration,
    Stage.FORWARDING: _forwarding,
    Stage.RETURN: _return,
    Stage.ANSWER: _answer,
    Stage.INTERIM: _interim,
}
