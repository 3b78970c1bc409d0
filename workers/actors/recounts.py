"""Actors of changes of the book of deadlines: carry one through, find those nobody does."""

from app.recounts.repository import RECOUNTS
from indexers.recount import run_recount as run
from workers.job_actors import HOUR_MS, job_actors

run_recount, sweep_recounts = job_actors("recount", RECOUNTS, run, time_limit=2 * HOUR_MS)
