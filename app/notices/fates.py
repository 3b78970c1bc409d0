"""What the fate of a letter makes of its `Mail`."""

from datetime import datetime

from app.notices import mailing
from app.notices.models import Mail
from app.notices.smtp import Fate, Told


def after(told: Told, mail: Mail, now: datetime) -> Mail:
    match told.fate:
        case Fate.SENT:
            return mailing.sent(mail, now)
        case Fate.DELAYED:
            return mailing.delayed(mail, now, told.error or "")
        case Fate.REFUSED:
            return mailing.failed(mail, now, told.error or "")
        case Fate.UNSURE:
            return mailing.unsure(mail, now)
