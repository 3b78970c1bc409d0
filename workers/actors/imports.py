"""Actors of the intake: run one import, find those nobody runs."""

from app.intake.repository import IMPORTS
from indexers.imports.run import run_import as run
from workers.job_actors import HOUR_MS, job_actors

run_import, sweep_imports = job_actors("import", IMPORTS, run, time_limit=6 * HOUR_MS)
