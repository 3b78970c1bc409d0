"""«Справочники», «Ожидание проблем»: typed, refused, saved, told, given back."""

from litestar.testing import AsyncTestClient

from app.books.windows.pages import change_words, covered, idle
from app.engine.client import Engine
from app.problems.book import WindowsChange, load_windows
from app.problems.windows import Moved, Window, Windows, shipped_windows
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from tests.casework import COORDINATOR, NOW
from tests.factories import site
from tests.web.people import BASE, Visitor

HERE = "/books/windows"


async def test_windows_are_edited_refused_and_given_back(
    settings: Settings, engine: Engine
) -> None:
    async with AsyncTestClient(site(settings, LOCAL_VIEWER), base_url=BASE) as client:
        visitor = Visitor(client)
        shown = (await visitor.get(HERE)).text
        assert "как в поставке" in shown
        assert "останутся в них" in shown
        assert 'value="21"' in shown

        typed = {"default": "30", "days_0": "пять", "words_0": "ямы", "version": "0"}
        wrong = await visitor.post(HERE, typed)
        assert wrong.status_code == 400
        assert 'value="пять"' in wrong.text
        assert 'id="days_0-error"' in wrong.text
        assert (await load_windows(engine)).version == 0

        gone = {"default": "30", "days_0": "5", "words_0": "Ямы\r\n двор ", "days_1": "9"}
        good = {**gone, "words_1": " ", "version": "0"}
        assert (await visitor.post(HERE, good)).status_code == 303
        assert (await load_windows(engine)).windows == Windows(30, [Window(5, ["ямы", "двор"])])
        late = await visitor.post(HERE, {**good, "default": "40"})
        assert late.status_code == 409
        assert 'value="40"' in late.text
        assert 'name="version" value="1"' in late.text
        shown = (await visitor.get(HERE)).text
        assert "остальные темы — 30\u00a0дней (было 21)" in shown
        assert "изменён вами" in shown

        assert (await visitor.post(f"{HERE}/shipped", {"version": "0"})).status_code == 409
        assert (await visitor.post(f"{HERE}/shipped", {"version": "1"})).status_code == 303
        assert "Возвращён список из поставки" in (await visitor.get(HERE)).text
        assert (await load_windows(engine)).windows == shipped_windows()


async def test_only_who_edits_the_books_comes_in(settings: Settings, engine: Engine) -> None:
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        visitor = Visitor(client)
        assert (await visitor.get(HERE)).status_code == 403
        assert (await visitor.post(HERE, {"default": "9", "version": "0"})).status_code == 403
        assert (await visitor.post(f"{HERE}/shipped", {"version": "0"})).status_code == 403


def test_themes_stand_under_the_line_that_holds_for_them() -> None:
    windows = Windows(21, [Window(4, ["воды"]), Window(60, ["ямы", "люки"])])
    themes = ["Ямы и вывоз воды", "Ямы", "Снег"]
    found = [(one.days, one.themes, one.rest) for one in covered(windows, themes)]
    assert found == [
        (4, ["Ямы и вывоз воды"], False),
        (60, ["Ямы"], False),
        (21, ["Снег"], True),
    ]
    assert idle(windows, themes) == ["люки"]


def test_a_change_is_told_with_right_plurals_and_not_endlessly() -> None:
    moved = [Moved(None, 21, 22), Moved("лифт", 7), Moved("ямы", after=1)]
    words = change_words(WindowsChange(1, NOW, "a", moved)).replace("\u00a0", " ")
    assert words == (
        "Изменено: остальные темы — 22 дня (было 21); «лифт» — убрано (было 7 дней); «ямы» — 1 день"
    )
    many = [Moved(f"слово{number}", after=5) for number in range(14)]
    assert change_words(WindowsChange(1, NOW, "a", many)).endswith("и ещё 2\u00a0слова")
