"""The fields a table may fill, with the Russian names and headers they go by."""

from msgspec import Struct


class TargetField(Struct, frozen=True):
    """`headers` are what people call the column; the wizard guesses from them."""

    name: str
    title: str
    headers: tuple[str, ...] = ()


FIELDS: tuple[TargetField, ...] = (
    TargetField("text", "Текст", ("Текст обращения", "Текст сообщения", "Описание", "Суть")),
    TargetField(
        "received_at",
        "Дата поступления",
        ("Дата создания", "Дата обращения", "Дата подачи", "Дата", "Создано"),
    ),
    # «№ п/п» is not offered: it numbers the lines of one file and means other rows in the next
    TargetField(
        "external_id",
        "Номер в источнике",
        ("ID", "Номер обращения", "Регистрационный номер", "Рег. №", "Рег. номер", "Номер", "№"),
    ),
    TargetField("external_number", "Второй номер", ("Номер в СЭД", "Исходящий номер")),
    TargetField("source", "Система-источник", ("Источник", "Система")),
    TargetField("channel", "Канал", ("Канал поступления", "Вид доставки", "Вид письма")),
    TargetField("kind", "Вид", ("Вид обращения", "Тип", "Тип обращения")),
    TargetField("registered_at", "Дата регистрации", ("Зарегистрировано", "Дата рег.")),
    TargetField("title", "Заголовок", ("Тема письма", "Краткое содержание", "Аннотация")),
    TargetField("author_name", "Имя автора", ("Заявитель", "ФИО", "ФИО заявителя", "Автор")),
    TargetField("author_phone", "Телефон автора", ("Телефон", "Контактный телефон")),
    TargetField("author_email", "Почта автора", ("Электронная почта", "E-mail", "Email")),
    TargetField("author_address", "Адрес автора", ("Адрес заявителя", "Адрес проживания")),
    TargetField("author_account", "Страница автора", ("URL автора", "Профиль автора")),
    TargetField("municipality", "Муниципалитет", ("ОМСУ", "Городской округ", "Округ")),
    TargetField("settlement", "Населённый пункт", ("Населенный пункт", "Город", "Посёлок")),
    TargetField("street", "Улица"),
    TargetField("house", "Дом", ("Номер дома", "№ дома")),
    TargetField("address", "Адрес одной строкой", ("Адрес", "Место", "Локация")),
    TargetField("lat", "Широта", ("Latitude",)),
    TargetField("lon", "Долгота", ("Longitude", "lng")),
    TargetField("group", "Группа тем", ("Категория", "Раздел", "Направление")),
    TargetField("theme", "Тема", ("Тематика", "Подтема", "Подкатегория", "Вопрос")),
    TargetField("pos_category", "Категория ПОС"),
    TargetField("pos_subcategory", "Подкатегория ПОС"),
    TargetField("appeal_code", "Код по классификатору 59-ФЗ", ("Код", "Код вопроса")),
    TargetField("department", "Подразделение", ("Отдел", "Орган", "Ведомство", "Организация")),
    TargetField("executor", "Исполнитель", ("Ответственный", "Сотрудник")),
    TargetField("state", "Состояние", ("Статус", "Статус обращения")),
    TargetField("due_at", "Срок", ("Срок исполнения", "Срок ответа", "Контрольный срок")),
    TargetField("closed_at", "Дата закрытия", ("Дата окончания", "Закрыто", "Дата завершения")),
    TargetField("result", "Результат", ("Итог", "Результат рассмотрения", "Решение")),
    TargetField("answer", "Ответ", ("Текст ответа", "Ответ заявителю")),
    TargetField("answered_at", "Дата ответа", ("Отвечено",)),
    TargetField("answer2", "Второй ответ"),
    TargetField("answered2_at", "Дата второго ответа"),
    TargetField("answer3", "Третий ответ"),
    TargetField("rating", "Оценка", ("Оценка автора", "Оценка ответа", "Балл")),
    TargetField("tags", "Теги", ("Метки",)),
    TargetField("url", "Ссылка", ("URL", "URL поста", "Ссылка на пост")),
)

FIELD_TITLES: dict[str, str] = {target.name: target.title for target in FIELDS}

REQUIRED: tuple[str, ...] = ("text", "received_at")
