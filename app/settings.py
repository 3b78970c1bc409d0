"""What an installation may set, all of it from the environment (`docs/settings.md` lists it)."""

from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
"""Where `mappings/` and `templates/` lie: the project's root, or the image's working folder."""


class Settings(BaseSettings):
    """One field a setting; the description is the text of `docs/settings.md` (a test compares)."""

    model_config = SettingsConfigDict(env_prefix="OTKLIK_", frozen=True, extra="ignore")

    es_url: str = Field("http://127.0.0.1:9200", description="Адрес Elasticsearch 8.19.")
    es_username: str = Field("", description="Имя пользователя Elasticsearch.")
    es_password: SecretStr = Field(SecretStr(""), description="Пароль пользователя Elasticsearch.")
    es_api_key: SecretStr = Field(
        SecretStr(""), description="Ключ API вместо имени и пароля Elasticsearch."
    )
    es_ca: Path | None = Field(None, description="Файл с сертификатом удостоверяющего центра.")
    es_timeout: float = Field(
        15.0, gt=0, description="Сколько секунд ждать ответа Elasticsearch на один запрос."
    )
    search_seconds: float = Field(
        2.0,
        gt=0,
        description="Через сколько секунд остановить поиск и показать то, что успели найти.",
    )
    redis_url: SecretStr = Field(
        SecretStr("redis://127.0.0.1:6379/0"), description="Адрес Redis, с паролем внутри."
    )
    index_prefix: str = Field(
        "otklik-",
        pattern=r"^[a-z0-9][a-z0-9-]{0,30}-$",
        description="Начало имён индексов: разное у установок, живущих в одном Elasticsearch.",
    )
    timezone: str = Field("Europe/Moscow", description="Часовой пояс муниципалитета.")
    base_url: str = Field("http://127.0.0.1:8000", description="Адрес, по которому открывают сайт.")
    host: str = Field(
        "127.0.0.1",
        description="На каком адресе слушает сайт. Кроме 127.0.0.1 нужны секретный ключ и адрес "
        "сайта с `https://`.",
    )
    trust_network: bool = Field(
        False,
        description="Разрешить слушать не только 127.0.0.1 без `https://`. Пароли и обращения "
        "пойдут по сети открыто. Ставьте `true` только там, где к сайту не попасть с других "
        "компьютеров.",
    )
    proxies: str = Field(
        "127.0.0.1",
        description="Адреса посредников через запятую, чьим словам об адресе человека верить "
        "(заголовок `X-Forwarded-For`); `*` — всем, если мимо посредника к сайту не попасть.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Секрет для подписи форм и шифрования второго шага входа, не короче 32 знаков. "
        "Если его сменить, второй шаг придётся подключать заново.",
    )
    session_idle_minutes: float = Field(
        15, gt=0, description="Через сколько минут бездействия спросить пароль снова."
    )
    session_hours: float = Field(
        12, gt=0, description="Через сколько часов входить заново, даже если человек работает."
    )
    sign_in_attempts: int = Field(
        5, ge=2, description="После скольких неверных паролей подряд вход закрывается на время."
    )
    sign_in_attempts_address: int = Field(
        50,
        ge=2,
        description="То же для одного адреса сети: за ним может сидеть целое учреждение.",
    )
    sign_in_lock_minutes: float = Field(
        15, gt=0, description="На сколько минут закрывается вход после неверных паролей."
    )
    password_min_length: int = Field(10, ge=8, le=100, description="Наименьшая длина пароля.")
    password_kinds: int = Field(
        3,
        ge=1,
        le=4,
        description="Сколько видов знаков нужно в пароле. Виды: строчные буквы, прописные буквы, "
        "цифры, прочие знаки.",
    )
    password_history: int = Field(
        3,
        ge=0,
        le=20,
        description="Сколько прежних паролей нельзя ставить снова; нынешний нельзя никогда.",
    )
    password_days: int = Field(
        180, ge=0, description="Через сколько дней менять пароль; 0 — никогда."
    )
    password_days_admin: int = Field(60, ge=0, description="То же для администраторов.")
    oidc_issuer: str = Field(
        "",
        description="Адрес поставщика входа по OpenID Connect; пусто — такого входа нет.",
    )
    oidc_client_id: str = Field("", description="Имя Отклика у поставщика входа.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Секрет Отклика у поставщика входа."
    )
    oidc_title: str = Field(
        "единую учётную запись",
        description="Как назвать этот вход на кнопке, после слов «Войти через».",
    )
    oidc_starts_per_minute: int = Field(
        60,
        gt=0,
        description="Сколько раз в минуту начинать такой вход с одного адреса сети: за ним может "
        "сидеть целое учреждение.",
    )
    demo_password: str = Field(
        "",
        description="Пароль учебных пользователей: страница входа показывает его и их имена. "
        "Только для учебной установки на 127.0.0.1.",
    )
    data_dir: Path = Field(
        ROOT / "var" / "data",
        description="Папка для загруженных файлов; общая у сайта и работников.",
    )
    encoder_dir: str = Field(
        str(ROOT / "var" / "encoder"),
        description="Папка модели смысла (ONNX). Если её нет, `otklik setup` делает её из модели, "
        "которая идёт с Откликом; пусто — искать только по словам.",
    )
    encoder_threads: int = Field(
        2, ge=1, le=64, description="Сколько ядер занимает модель смысла, пока считает."
    )
    tiles_url: str = Field(
        "",
        description="Адрес плиток карты вида `https://tiles.example.ru/{z}/{x}/{y}.png`; пусто — "
        "на карте только свои границы и точки, и ничего не спрашивается снаружи.",
    )
    upload_max_mb: int = Field(200, gt=0, description="Наибольший размер загружаемого файла, МБ.")
    unpacked_max_mb: int = Field(
        2048, gt=0, description="Наибольший размер содержимого XLSX после распаковки, МБ."
    )
    import_max_rows: int = Field(
        1_000_000, gt=0, description="Наибольшее число строк в одном загружаемом файле."
    )
    import_read_seconds: int = Field(
        300, gt=0, description="Сколько секунд отводится на чтение одного файла."
    )
    import_read_memory_mb: int = Field(
        2048, gt=0, description="Сколько памяти может занять чтение одного файла, МБ."
    )
    attachment_max_mb: int = Field(
        20, gt=0, description="Наибольший размер файла, который прикладывают к обращению, МБ."
    )
    attachment_orphan_days: int = Field(
        30,
        gt=0,
        description="Через сколько дней удалить с диска файл, убранный из всех обращений.",
    )
    export_days: int = Field(
        7, gt=0, description="Сколько дней хранить файл выгрузки. Потом он удаляется."
    )
    api_rate_per_minute: int = Field(
        1200,
        gt=0,
        description="Сколько запросов в минуту принимать по одному токену; каждое сообщение "
        "списка считается за запрос.",
    )
    audit_days: int = Field(
        1095,
        ge=90,
        description="Сколько дней хранить журнал. Старше удаляет целыми месяцами только команда "
        "`otklik audit drop-old`.",
    )
    smtp_host: str = Field(
        "", description="Почтовый сервер, через который уходят письма; пусто — писем нет."
    )
    smtp_port: int = Field(587, gt=0, lt=65536, description="Порт почтового сервера.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        "starttls",
        description="Защита связи с почтовым сервером: `starttls`, `tls` (обычно порт 465) или "
        "`none` (без шифрования, только внутри доверенной сети).",
    )
    smtp_user: str = Field("", description="Имя на почтовом сервере; пусто — без входа.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Пароль на почтовом сервере.")
    smtp_from: str = Field(
        "",
        description="Адрес, от которого уходят письма, например `otklik@example.org`. Нужен вместе "
        "с `OTKLIK_SMTP_HOST`.",
    )
    smtp_ca: Path | None = Field(
        None, description="Файл с сертификатом удостоверяющего центра почтового сервера."
    )
    notice_days: int = Field(
        180, ge=7, description="Сколько дней хранить уведомления. Потом они удаляются."
    )
    lease_seconds: int = Field(
        60, ge=2, description="Через сколько секунд молчания работника его дело берёт другой."
    )
    sweep_seconds: float = Field(
        60, gt=0, description="Как часто искать забытую работу, в секундах."
    )
    log_level: str = Field("INFO", description="Подробность журнала: DEBUG, INFO, WARNING, ERROR.")
    log_json: bool = Field(
        True, description="Журнал в виде JSON (иначе строки для чтения глазами)."
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def mail_on(self) -> bool:
        """Whether this installation writes letters."""
        return bool(self.smtp_host and self.smtp_from)

    @property
    def own_computer_only(self) -> bool:
        """Whether nobody but this computer can reach the address the site listens on."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def oidc_name(self) -> str:
        """For «Войти через …»; empty where there is no such sign-in."""
        return self.oidc_title if self.oidc_issuer else ""

    @property
    def secure(self) -> bool:
        """Whether browsers reach the site by https only."""
        return self.base_url.startswith("https://")


@cache
def get_settings() -> Settings:
    """Reads the environment once a process."""
    return Settings()  # type: ignore[call-arg]
