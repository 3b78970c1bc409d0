"""Actors of the exports: make one file, find those nobody makes and those whose time is over."""

from app.exports.repository import EXPORTS
from app.exports.service import drop_old
from indexers.exports.run import run_export as run
from workers.job_actors import HOUR_MS, job_actors

run_export, sweep_exports = job_actors(
    "export", EXPORTS, run, time_limit=2 * HOUR_MS, sweep=drop_old
)
