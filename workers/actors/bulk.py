"""Actors of acts on many cases: do one, find those nobody does."""

from app.bulk.repository import BULK
from indexers.bulk_actions import run_bulk as run
from workers.job_actors import HOUR_MS, job_actors

run_bulk, sweep_bulks = job_actors("bulk", BULK, run, time_limit=HOUR_MS)
