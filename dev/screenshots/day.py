"""A day of work on the demo data, so that pages have something to show."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from dev.screenshots.looks import settled

TAKEN = 4
"""Cases on the own desk."""
_QUESTION = "Были ли заявки аварийной службе по этому адресу за последнюю неделю?"
_INTERIM = """Здравствуйте! Мастер был на месте сегодня утром, неисправность подтвердилась.

Деталь заказана. О сроке окончания работ напишем отдельно."""


def a_day_of_work(page: Page, base: str) -> str:
    """Takes some cases unless there are enough, and works on one: its address."""
    page.goto(f"{base}/work?queue=mine&kind=message&state=in_progress")
    held = page.locator(".hit-number").count()
    page.goto(f"{base}/work?queue=free&kind=message")
    for _ in range(held, TAKEN):
        with page.expect_response("**/work/do*"):
            page.locator("button[form=bulk-one]").first.click()
        settled(page)
    page.goto(f"{base}/work?queue=mine&kind=message&state=in_progress")
    page.locator(".hit-number").first.click()
    page.wait_for_url("**/cases/*")
    case = page.url.partition("?")[0]
    _act(page, case, "ask", department="Отдел безопасности, ГО и ЧС", text=_QUESTION)
    _act(page, case, "note", text="Звонила автору: ждёт ответа до выходных.")
    page.goto(case)
    page.fill("#answer textarea", _INTERIM)
    page.fill("#answer input[type=date]", f"{datetime.now(UTC).date() + timedelta(days=5)}")
    page.get_by_role("button", name="Промежуточный ответ").click()
    page.locator(".case-toast").wait_for()
    return case


def _act(page: Page, case: str, action: str, **fields: str) -> None:
    """An action by its form, whose fields are called `{action}-{name}`."""
    page.goto(f"{case}/actions/{action}")
    for name, value in fields.items():
        page.fill(f"#{action}-{name}", value)
    page.locator("#case-form [type=submit]").click()
    page.locator(".case-toast").wait_for()
