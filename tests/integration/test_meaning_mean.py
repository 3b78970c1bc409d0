"""The mean of an installation's own vectors: computed, then in use at the moment of a switch."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from anyio.to_thread import run_sync
from click.testing import CliRunner

from app.engine.client import Engine
from app.engine.mappings import load_definition
from app.engine.names import Index
from app.errors import BadInputError
from app.meaning.current import forget_meaning
from app.meaning.mean import centred, first_means, to_store, uncentred
from app.meaning.service import current_meaning
from app.settings import Settings
from cli.meaning import meaning
from indexers import meaning as renewing
from indexers.aliases import apply_lists, live_index
from indexers.enrichment.run import enrich
from indexers.meaning import renew_mean
from indexers.rebuild.means import with_newest_mean
from indexers.rebuild.run import rebuild
from indexers.setup import replicas_for
from tests.casework import case, store, stored


@pytest.fixture
def encoder_dir(encoder_folder: Path) -> str:
    return str(encoder_folder)


async def run_command(*arguments: str) -> dict[str, Any]:
    done = await run_sync(lambda: CliRunner().invoke(meaning, [*arguments, "--json"]))
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


async def with_foreign_vector(engine: Engine, case_id: str) -> str:
    """As another encoder would have left it; its `emb_ver`."""
    _, other = first_means("deadbeef")
    foreign = to_store(np.eye(1, 384, dtype=np.float32))[0]
    document = await stored(engine, case_id) | {"emb": foreign, "emb_ver": other.version}
    index = engine.write_alias(Index.CASES)
    await engine.client.index(index=index, id=case_id, document=document, refresh=True)
    return other.version


async def test_it_holds_from_the_switch_on_and_nothing_is_encoded_anew(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"Обращение {number} о доме {number * 7}" for number in range(12)]
    await store(engine, *(case(place, text=text) for place, text in enumerate(texts)))
    await enrich(engine, settings, 60)
    with pytest.raises(BadInputError, match="1000"):
        await renew_mean(engine)
    monkeypatch.setattr(renewing, "LEAST", 10)
    before = await stored(engine, "case-3")
    old = await current_meaning(engine)
    mean = await renew_mean(engine)
    foreign = await with_foreign_vector(engine, "case-5")
    shown = await run_command("show")
    assert (shown["version"], shown["waiting_mean"]) == (old.version, mean.name)
    assert shown["backlog"]["without_vectors"] == 1

    await rebuild(engine, settings, Index.CASES, lambda _: None)
    forget_meaning(engine)
    now = await current_meaning(engine)
    assert (now.version, now.mean.name) == (mean.version, mean.name)
    after = await stored(engine, "case-3")
    assert after["emb_ver"] == now.version
    vector = np.array([before["emb"]], np.float32)
    expected = centred(uncentred(vector, old.mean.vector), mean.vector)[0]
    assert np.allclose(after["emb"], expected, atol=1e-4)
    assert (await stored(engine, "case-5"))["emb_ver"] == foreign
    assert (await enrich(engine, settings, 60)).done == 1, "all the others have the new mean"
    assert (await stored(engine, "case-5"))["emb_ver"] == now.version
    assert (await run_command("show"))["mean"] == mean.name

    wanted = load_definition(Index.CASES, replicas=await replicas_for(engine))
    name = (await live_index(engine, Index.CASES)).name
    assert name
    await apply_lists(engine, name, wanted)
    forget_meaning(engine)
    assert (await current_meaning(engine)).version == now.version, "new lists leave the mean"
    assert (await with_newest_mean(engine, wanted)).mappings["_meta"]["mean"] == mean.name
