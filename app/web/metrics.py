"""Counts and times of requests for Prometheus: by route template, never by address or person."""

from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds; close together around the 0.1-1 s in which a page should answer."""


class Metrics:
    """One registry an application, so that two in one process (tests) do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "otklik_http_requests",
            "Answered requests.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "otklik_http_request_seconds",
            "Time from the request's head to the end of the answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.up = Gauge(
            "otklik_dependency_up",
            "1 when the service answered at the time of this reading.",
            ("service",),
            registry=self.registry,
        )
        self._audit_due = Gauge(
            "otklik_audit_cases_due",
            "Cases whose last events are not in the journal yet; NaN while the engine is silent.",
            registry=self.registry,
        )
        self._audit_waiting = Gauge(
            "otklik_audit_lines_waiting",
            "Lines of the journal that wait in Redis for the engine; NaN while Redis is silent.",
            registry=self.registry,
        )
        self._reminders = Gauge(
            "otklik_late_reminders",
            "Open cases whose reminder is late: above 0 nobody chases deadlines; NaN while the "
            "engine is silent.",
            registry=self.registry,
        )
        self._letters = Gauge(
            "otklik_late_letters",
            "Letters that should have gone: above 0 the mail server is away or nobody works; NaN "
            "while the engine is silent.",
            registry=self.registry,
        )

        self._encoder = Gauge(
            "otklik_encoder_ready",
            "1 while the model of meaning of this process works; else searches go by words.",
            registry=self.registry,
        )
        self._unanswered = Gauge(
            "otklik_questions_without_meaning",
            "Questions that the model should have had and did not, since the process began.",
            registry=self.registry,
        )
        self._enrichment = Gauge(
            "otklik_enrichment_cases",
            "Cases that wait for the enrichment, lack a vector (NaN where the model is off), or "
            "could not be done; NaN while the engine is silent.",
            ("what",),
            registry=self.registry,
        )

    def journal_is_behind(self, cases: int | None, lines: int | None) -> None:
        """None is what nobody can say at this moment: it must not look like 0."""
        self._audit_due.set(nan if cases is None else cases)
        self._audit_waiting.set(nan if lines is None else lines)

    def work_is_late(self, reminders: int | None, letters: int | None) -> None:
        """None as above."""
        self._reminders.set(nan if reminders is None else reminders)
        self._letters.set(nan if letters is None else letters)

    def meaning_is_known(
        self,
        ready: bool,
        unanswered: int,
        unfinished: int | None,
        without_vectors: int | None,
        failed: int | None,
    ) -> None:
        """None as above."""
        self._encoder.set(int(ready))
        self._unanswered.set(unanswered)
        figures = {"unfinished": unfinished, "without_vectors": without_vectors, "failed": failed}
        for what, figure in figures.items():
            self._enrichment.labels(what).set(nan if figure is None else figure)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
