"""What an operator should know before saving; none of it stands in the way."""

from app.cases.codes import Channel, Kind
from app.intake.manual.forms import EntryForm

ANONYMOUS, UNREACHABLE, BY_EMAIL, PERHAPS_APPEAL = "anonymous", "unreachable", "email", "appeal"

SENTENCES: dict[str, str] = {
    ANONYMOUS: "Обращение без фамилии: ответа на него не дают (59-ФЗ, ст. 11). Внести можно; если "
    "в нём сказано о преступлении, его направляют в полицию или прокуратуру.",
    UNREACHABLE: "Нет ни почтового, ни электронного адреса: ответить будет некуда "
    "(59-ФЗ, ст. 11). Спросите адрес, если это возможно.",
    BY_EMAIL: "С 30.03.2025 электронное обращение принимают только через Госуслуги или сайт со "
    "входом (547-ФЗ). Письмо по электронной почте внесите как сообщение и предложите автору "
    "подать обращение через Госуслуги.",
    PERHAPS_APPEAL: "Письма и личный приём обычно подпадают под 59-ФЗ. Проверьте, не обращение ли "
    "это: сроки у него другие.",
}


def warnings_of(form: EntryForm) -> list[str]:
    """Codes in the order people should read them."""
    appeal = form.kind == Kind.APPEAL
    found = {
        BY_EMAIL: appeal and form.channel == Channel.EMAIL,
        ANONYMOUS: appeal and not form.author_name.strip(),
        UNREACHABLE: appeal and not (form.author_address.strip() or form.author_email.strip()),
        PERHAPS_APPEAL: form.kind == Kind.MESSAGE and form.channel in {Channel.PAPER, Channel.ORAL},
    }
    return [code for code, holds in found.items() if holds]
