"""What the product rings for is what the workers answer to."""

import inspect

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from app.jobs import ACTORS


def declared() -> RedisBroker:
    """The broker with all actors; not by `workers.main`, which also takes over the journal."""
    from workers.actors import (
        attachments,
        audit,
        bulk,
        deadlines,
        duplicates,
        enrichment,
        exports,
        friction,
        growth,
        imports,
        learning,
        notices,
        problems,
        recounts,
        road_maps,
        vocabulary,
    )
    from workers.broker import broker

    for actor in (
        imports.run_import,
        exports.run_export,
        audit.sweep_audit,
        bulk.run_bulk,
        recounts.run_recount,
        attachments.sweep_attachments,
        road_maps.remind_road_maps,
        notices.sweep_notices,
        vocabulary.rebuild_vocabulary,
        learning.learn_suggestions,
        deadlines.chase_deadlines,
        duplicates.sweep_duplicates,
        enrichment.enrich_cases,
        problems.find_problems,
        growth.watch_growth,
        friction.find_friction,
    ):
        assert actor.broker is broker
    return broker


def test_every_name_is_an_actor_on_its_queue() -> None:
    broker = declared()
    assert {name: actor.queue_name for name, actor in broker.actors.items()} == ACTORS


def test_every_actor_states_its_limits() -> None:
    broker = declared()
    for actor in broker.actors.values():
        assert {"max_retries", "time_limit"} <= actor.options.keys(), actor.actor_name


def test_actors_take_ids_only() -> None:
    broker = declared()
    for actor in broker.actors.values():
        assert isinstance(actor, dramatiq.Actor)
        for parameter in inspect.signature(actor.fn).parameters.values():
            assert parameter.annotation is str, actor.actor_name


def test_the_clock_asks_for_actors_that_exist() -> None:
    from workers.schedule import SWEEPS

    assert set(SWEEPS) <= ACTORS.keys()
