"""Words by which `app.polls.demands` tells what is asked for; lemmas but where said otherwise."""

from enum import StrEnum

from app.text.words import words


class Axis(StrEnum):
    """Demands are opposite where they lie on one axis; `ANY` lies on both."""

    BEING = "being"
    ACCESS = "access"
    ANY = "any"


def _table(axis: Axis, *, wanted: bool, lemmas: str) -> dict[str, tuple[Axis, bool]]:
    return dict.fromkeys(words(lemmas), (axis, wanted))


REMOVAL = frozenset(words("убрать убирать удалить спилить спиливать срубить снести"))
"""Of what is broken it is asked also by those who want a new one."""
CLEANING = frozenset(words("убрать убирать"))
ACTIONS: dict[str, tuple[Axis, bool]] = {
    **_table(
        Axis.BEING,
        wanted=True,
        lemmas="сделать делать построить строить установить устанавливать поставить ставить "
        "организовать обустроить оборудовать создать добавить разместить возвести посадить сажать "
        "высадить вернуть восстановить",
    ),
    **_table(
        Axis.BEING,
        wanted=False,
        lemmas="убрать убирать удалить снести сносить демонтировать ликвидировать спилить "
        "спиливать вырубить вырубать срубить рубить пилить уничтожить уничтожать",
    ),
    **_table(Axis.ACCESS, wanted=True, lemmas="открыть открывать"),
    **_table(Axis.ACCESS, wanted=False, lemmas="закрыть закрывать перекрыть перекрывать"),
    **_table(
        Axis.ANY,
        wanted=True,
        lemmas="разрешить разрешать оставить оставлять сохранить сохранять сберечь",
    ),
    **_table(Axis.ANY, wanted=False, lemmas="запретить запрещать отменить отменять"),
}
"""Lemma of a verb → what it asks for."""
LEFT_ALONE = frozenset(words("трогать"))
"""Asks for something only with «не»."""
DEEDS: dict[str, tuple[Axis, bool]] = {
    **_table(
        Axis.ANY,
        wanted=True,
        lemmas="строительство установка размещение организация создание открытие возведение",
    ),
    **_table(Axis.BEING, wanted=False, lemmas="снос вырубка спил демонтаж уничтожение ликвидация"),
    **_table(Axis.ACCESS, wanted=False, lemmas="закрытие перекрытие"),
    **_table(Axis.ANY, wanted=False, lemmas="запрет отмена"),
}
"""Nouns of the same, as they stand after «против»."""
STOPPING = frozenset(words("прекратить прекращать остановить приостановить запретить отменить"))
AGAINST = "против"
OPPOSED = frozenset(
    words(
        "мы я все весь категорически многие большинство житель жилец сосед человек люди родитель "
        "собственник дом двор подъезд выступать голосовать быть и а но"
    )
)
"""After one of them «против» is a vote; «яма против остановки» is a place."""
LETTING = frozenset(words("дать давать позволить позволять допустить допускать"))
NEEDED = frozenset(words("нужен нужна нужны необходим необходима необходимы"))
ASKING = frozenset(words("надо нужно необходимо следует пора хотелось хочется нельзя"))
ASKING_OURSELVES = frozenset(words("просить требовать хотеть предлагать настаивать"))
"""Of the first person only: «они хотят убрать» is told of others."""
NOT, MUST_NOT = "не", "нельзя"
BETWEEN = frozenset(words("пожалуйста больше просто только срочно уже"))
"""May stand between «не» and its verb, or between a verb and what it is about."""
TOLD_AFTER = frozenset(words("что чтобы который как если пока когда"))
CANNOT = frozenset(words("невозможно негде некуда нечем сложно трудно тяжело мочь опасно"))
"""A sentence with one of them does not begin with a demand: «открыть дверь невозможно»."""
DIRT = frozenset(
    words("снег мусор грязь лед наледь сосулька листва лист сугроб сорняк трава отход свалка хлам")
)
BROKEN = frozenset(
    words(
        "сломать сломанный ломаный старый ржавый упасть упавший аварийный сухой сухостой "
        "сухостойный поваленный гнилой сгнить разбить разбитый бесхозный брошенный бросить "
        "незаконный самовольный лишний больной опасный обрезать заменить замена поменять новый "
        "другой"
    )
)
AREAS = frozenset(
    words(
        "двор территория площадка тротуар парк сквер улица дорога подъезд газон остановка лестница "
        "пляж берег участок контейнерный переход поселок парковка стоянка"
    )
)
"""What is cleaned as well: «убирать» of it is not to take it away, «уберите парковку» aside."""
TAKEN_AWAY = frozenset(words("парковка стоянка остановка"))
NO_OBJECTS = DIRT | frozenset(
    words(
        "мера место порядок вопрос проблема ситуация внимание помощь ответ просьба жалоба решение "
        "работа ремонт действие условие возможность заявка обращение дело человек житель ребенок "
        "дитя сосед вода свет тепло отопление газ электричество машина автомобиль автомашина авто "
        "техника транспорт двор дом улица город район подъезд квартира дверь люк крышка окно кран "
        "подвал колодец яма лужа запах сторона раз день год время вид тема результат проверка "
        "перерасчет начисление квитанция деньги счет справка администрация власть правило закон "
        "номер телефон адрес контроль вывод труба провод"
    )
)
"""What nobody is divided about, however it is asked for, and words that stand for anything."""
OBJECT_CASES = frozenset({"Acc", "Gen", "Nom"})
