"""By which way a message comes, in which file it lands, what that system writes beside it."""

from itertools import accumulate
from random import Random

import msgspec

from dev.demo.picking import Weighted, chance, pick

IM, HEATMAP, CANONICAL = "im", "heatmap", "canonical"
_REGISTRIES = Weighted((IM, HEATMAP, CANONICAL), (45, 55, 100))
_SHARES = {
    "pos": 40,
    "vk": 8,
    "ok": 4,
    "telegram": 6,
    "max": 4,
    "email": 5,
    "site": 9,
    "phone": 8,
    "oral": 3,
    "paper": 6,
    "municipal": 3,
    "incident": 1.4,
    "open311": 1.3,
    "other": 1.3,
}
_CHANNELS = Weighted(tuple(_SHARES), tuple(accumulate(_SHARES.values())))
SOURCES = {
    "pos": "ПОС",
    "incident": "Инцидент (вручную)",
    "vk": "ВКонтакте",
    "ok": "Одноклассники",
    "telegram": "Телеграм",
    "max": "MAX",
    "email": "Электронная почта",
    "site": "Сайт администрации",
    "phone": "Телефон доверия",
    "oral": "Личный приём",
    "paper": "СЭД",
    "municipal": "ЕДДС",
    "open311": "Open311",
    "other": "Прочее",
}
SOCIAL = frozenset({"incident", "vk", "ok", "telegram", "max", "other"})
_HEATMAP_SOURCES = Weighted(
    ("Добродел", "Инцидент", "ПОС", "ППМО", "МСЭД", "ЕДС", "ОНФ"), (43, 61, 74, 87, 97, 99, 100)
)
_HOSTS = Weighted(("vk.example", "ok.example", "t.example"), (72, 86, 100))


class Way(msgspec.Struct, frozen=True, gc=False):
    registry: str
    channel: str
    kind: str
    source: str

    @property
    def social(self) -> bool:
        return self.channel in SOCIAL


def pick_way(rng: Random) -> Way:
    registry = _REGISTRIES.pick(rng)
    if registry == IM:
        return Way(IM, "incident", "message", "ИМ")
    if registry == HEATMAP:
        return Way(HEATMAP, "other", "message", _HEATMAP_SOURCES.pick(rng))
    channel = _CHANNELS.pick(rng)
    return Way(CANONICAL, channel, _kind(rng, channel), SOURCES[channel])


def _kind(rng: Random, channel: str) -> str:
    """E-mail is not among appeals: 547-ФЗ, in force since 30 March 2025."""
    odds = {"paper": 1.0, "oral": 0.9, "site": 0.8, "pos": 0.12}.get(channel, 0.0)
    return "appeal" if chance(rng, odds) else "message"


def external_id(registry: str, serial: int) -> str:
    """Never the same twice: the serial grows by one and the steps are fixed."""
    if registry == IM:
        return str(31_000_000 + serial * 3)
    return str(700_000_000 + serial * 7)


def number(way: Way, serial: int, year: int) -> str:
    if way.registry == IM:
        return f"ИМ-{420_000 + serial}"
    if way.channel == "pos":
        return str(300_000_000 + serial * 13)
    if way.kind == "appeal":
        return f"01-17/{serial + 1}-{year % 100}"
    return f"{way.channel.upper()[:3]}-{100_000 + serial}"


def post_url(rng: Random, channel: str, serial: int) -> str:
    """Hosts of the reserved domain `.example` belong to no one (RFC 2606)."""
    post = 1000 + int(rng.random() * 900_000)
    host = {"vk": "vk.example", "ok": "ok.example", "telegram": "t.example"}.get(channel)
    host = host or (_HOSTS.pick(rng) if channel == "incident" else "max.example")
    return f"https://{host}/wall-7700{serial % 7}_{post}?reply={post + serial % 977}"


_READERS = ("Ирина Заречная", "Павел Городской", "Анна Тихая", "Олег Речной", "Вера Светлая")


def mention(rng: Random) -> str:
    """VK mark-up in front of a comment: whom it answers."""
    if chance(rng, 0.5):
        name = pick(rng, ("Администрация Зареченска", "Зареченск Онлайн", "Подслушано Зареченск"))
        return f"[club{7_700_001 + int(rng.random() * 5)}|{name}], "
    return f"[id{9_000_000_000 + int(rng.random() * 1_000_000)}|{pick(rng, _READERS)}], "
