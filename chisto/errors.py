"""Errors that a user can do something about.

    ChistoError                     code, HTTP status, message and hint in Russian and English
    ├── BadRequest          400     the body or a parameter is wrong
    ├── Unauthorized        401     no key, or an unknown one
    ├── Forbidden           403     the key may not do this
    ├── NotFound            404     no such model, data set, task …
    ├── Conflict            409     the state of a thing forbids it (name taken, model in use …)
    ├── TooLarge            413     a body, text, list or file over its limit
    ├── UnsupportedMediaType 415   the body is of a kind that is not taken
    ├── Unprocessable       422     well-formed, but cannot be worked with (a file with no usable rows …)
    ├── TooManyRequests     429     a rate or a running-jobs limit
    └── Unavailable         503     a part is starting, overloaded or away

A subclass of one of these sets ``code`` and ``texts``; ``{names}`` in the texts are filled from keyword arguments.
The codes are part of the API: they are only ever added.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple

Language = Literal["ru", "en"]


class Words(NamedTuple):
    """A part of a message in both languages, to be passed as a parameter."""

    ru: str
    en: str


class ChistoError(Exception):
    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    #: language -> (message, hint)
    texts: ClassVar[Mapping[Language, tuple[str, str]]] = {
        "en": ("Something broke on our side.", "Try again; if it stays, look into the server's log."),
        "ru": (
            "Что-то сломалось на нашей стороне.",
            "Повторите запрос; если не поможет, загляните в журнал сервера.",
        ),
    }

    #: names of the parameters that a program may want as data, such as the columns to choose from
    detail_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.message("en"))

    def message(self, language: Language) -> str:
        return self.texts[language][0].format_map(self._worded(language))

    def hint(self, language: Language) -> str:
        return self.texts[language][1].format_map(self._worded(language))

    def _worded(self, language: Language) -> dict[str, Any]:
        return {
            name: getattr(value, language) if isinstance(value, Words) else value
            for name, value in self.params.items()
        }

    def body(self, language: Language) -> dict[str, Any]:
        """The one error shape: ``{"error": {"code", "message", "hint"}}``, and ``details`` where there are any."""
        error = {"code": self.code, "message": self.message(language), "hint": self.hint(language)}
        return {"error": {**error, "details": self.details} if self.details else error}

    @property
    def details(self) -> dict[str, Any]:
        return {name: self.params[name] for name in self.detail_names}


def preferred_language(accept_language: str | None, default: Language = "ru") -> Language:
    """Choose ru or en by an ``Accept-Language`` header (RFC 9110, 12.5.4); ``default`` where it names neither."""
    best: tuple[float, Language] | None = None
    for part in (accept_language or "").split(",")[:32]:
        tag, _, parameter = part.strip().partition(";")
        name = tag.strip().lower()[:2]
        if name not in ("ru", "en"):
            continue
        try:
            quality = float(parameter.split("=", 1)[1]) if "=" in parameter else 1.0
        except ValueError:
            continue
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, "ru" if name == "ru" else "en")
    return best[1] if best else default


class BadRequest(ChistoError):
    code, status = "bad_request", 400
    texts = {
        "en": ("The request is wrong: {reason}", "See /docs for what this call takes."),
        "ru": ("Неверный запрос: {reason}", "Что принимает этот вызов, написано на странице /docs."),
    }


class Unauthorized(ChistoError):
    code, status = "unauthorized", 401
    texts = {
        "en": (
            "A key is needed, and this one is missing or unknown.",
            "Send 'Authorization: Bearer KEY'; an operator makes keys with `chisto keys create`.",
        ),
        "ru": (
            "Нужен ключ, а он не передан или неизвестен.",
            "Передайте «Authorization: Bearer КЛЮЧ»; ключи создаёт оператор командой `chisto keys create`.",
        ),
    }


class Forbidden(ChistoError):
    code, status = "forbidden", 403
    texts = {
        "en": ("This key may not do that.", "Use a key with the role '{role}'."),
        "ru": ("Этому ключу такое не разрешено.", "Нужен ключ с ролью «{role}»."),
    }


class NotFound(ChistoError):
    code, status = "not_found", 404
    texts = {
        "en": ("There is nothing at this address.", "See /docs for the addresses there are."),
        "ru": ("По этому адресу ничего нет.", "Список адресов есть на странице /docs."),
    }


class MethodNotAllowed(ChistoError):
    code, status = "method_not_allowed", 405
    texts = {
        "en": ("This address does not take this method.", "See /docs for the method it takes."),
        "ru": ("Этот адрес не принимает такой метод.", "Какой метод нужен, написано на странице /docs."),
    }


class Conflict(ChistoError):
    code, status = "conflict", 409
    texts = {
        "en": ("The state of things forbids this.", "Look at the current state and try again."),
        "ru": ("Текущее состояние этого не позволяет.", "Посмотрите текущее состояние и повторите."),
    }


class TooLarge(ChistoError):
    code, status = "too_large", 413
    texts = {
        "en": ("The request is larger than {limit} bytes.", "Send it in smaller parts."),
        "ru": ("Запрос больше {limit} байт.", "Разбейте его на части."),
    }


class UnsupportedMediaType(ChistoError):
    code, status = "unsupported_media_type", 415
    texts = {
        "en": ("This kind of body is not taken here.", "Send JSON with Content-Type: application/json."),
        "ru": (
            "Такой вид тела запроса здесь не принимается.",
            "Передайте JSON с Content-Type: application/json.",
        ),
    }


class Unprocessable(ChistoError):
    code, status = "unprocessable", 422
    texts = {
        "en": ("This cannot be worked with: {reason}", "Correct it and send it again."),
        "ru": ("С этим нельзя работать: {reason}", "Исправьте и отправьте снова."),
    }


class TooManyRequests(ChistoError):
    code, status = "too_many_requests", 429
    texts = {
        "en": ("Too many requests.", "Wait a little and try again."),
        "ru": ("Слишком много запросов.", "Немного подождите и повторите."),
    }


class Unavailable(ChistoError):
    code, status = "unavailable", 503
    texts = {
        "en": ("The service is starting or overloaded.", "Try again in a moment."),
        "ru": ("Сервис запускается или перегружен.", "Повторите через мгновение."),
    }


# --- the data plane -------------------------------------------------------------------------------------------


class BrokenJson(BadRequest):
    code = "broken_json"
    texts = {
        "en": (
            "The body is not valid JSON in UTF-8.",
            'Send for example {{"texts": ["a comment"]}}.',
        ),
        "ru": ("Тело запроса — не JSON в UTF-8.", 'Пример верного тела: {{"texts": ["спасибо за статью"]}}.'),
    }


class BadField(BadRequest):
    code = "bad_field"
    texts = {
        "en": ("The field '{field}' is wrong: {reason}", "See /docs for what this call takes."),
        "ru": ("Неверное поле «{field}»: {reason}", "Что принимает этот вызов, написано на странице /docs."),
    }


class NoTexts(BadRequest):
    code = "no_texts"
    texts = {
        "en": ("There is no text to score.", 'Send "texts": ["…"] or "text": "…", one of them.'),
        "ru": ("Нет текста для оценки.", 'Передайте "texts": ["…"] или "text": "…", одно из двух.'),
    }


class EmptyText(BadRequest):
    code = "empty_text"
    texts = {
        "en": ("Text number {index} is empty.", "Leave empty and blank texts out."),
        "ru": ("Текст номер {index} пуст.", "Не передавайте пустые тексты и тексты из одних пробелов."),
    }


class TextTooLong(TooLarge):
    code = "text_too_long"
    texts = {
        "en": ("Text number {index} has more than {limit} characters.", "Shorten or split it."),
        "ru": ("В тексте номер {index} больше {limit} знаков.", "Сократите или разделите его."),
    }


class TooManyTexts(TooLarge):
    code = "too_many_texts"
    texts = {
        "en": (
            "There are {count} texts; one request takes at most {limit}.",
            "Send them in several requests.",
        ),
        "ru": (
            "Текстов {count}, а в одном запросе может быть не больше {limit}.",
            "Отправьте несколько запросов.",
        ),
    }


class BadThreshold(BadRequest):
    code = "bad_threshold"
    texts = {
        "en": ("The threshold must be a number from 0 to 1.", "Leave it out to use the model's own."),
        "ru": ("Порог должен быть числом от 0 до 1.", "Не передавайте его, чтобы взять порог самой модели."),
    }


# --- who may call ---------------------------------------------------------------------------------------------


class HostNotAllowed(Forbidden):
    code = "host_not_allowed"
    texts = {
        "en": (
            "Without keys only requests to this machine by its own address are served.",
            "Ask for 127.0.0.1 or localhost, or make a key: `chisto keys create`.",
        ),
        "ru": (
            "Пока ключей нет, обслуживаются только запросы к самой этой машине по её адресу.",
            "Обращайтесь к 127.0.0.1 или localhost либо создайте ключ: `chisto keys create`.",
        ),
    }


class OriginNotAllowed(Forbidden):
    code = "origin_not_allowed"
    texts = {
        "en": (
            "Without keys, pages of other sites may not send requests here.",
            "Call the API from a program, or make a key: `chisto keys create`.",
        ),
        "ru": (
            "Пока ключей нет, страницы других сайтов не могут слать сюда запросы.",
            "Обращайтесь к API из программы или создайте ключ: `chisto keys create`.",
        ),
    }


class RateLimited(TooManyRequests):
    code = "rate_limited"
    texts = {
        "en": ("This key may send {limit} requests a minute.", "Wait a little, or ask for a higher limit."),
        "ru": (
            "С этим ключом можно слать запросов в минуту: {limit}.",
            "Немного подождите или попросите увеличить предел.",
        ),
    }


class UnknownKey(NotFound):
    code = "unknown_key"
    texts = {
        "en": ("There is no key '{id}'.", "`chisto keys list` shows the keys there are."),
        "ru": ("Ключа «{id}» нет.", "Список ключей: `chisto keys list`."),
    }


# --- models ---------------------------------------------------------------------------------------------------


class UnknownModel(NotFound):
    code = "unknown_model"
    texts = {
        "en": ("There is no model '{name}'.", "GET /api/v1/models lists the models there are."),
        "ru": ("Модели «{name}» нет.", "Список моделей: GET /api/v1/models."),
    }


class ModelNotLoaded(Conflict):
    code = "model_not_loaded"
    texts = {
        "en": ("The model '{name}' is not loaded.", "Load it first: POST /api/v1/models/load."),
        "ru": ("Модель «{name}» не загружена.", "Сначала загрузите её: POST /api/v1/models/load."),
    }


class ArtifactCorrupt(Unprocessable):
    code = "artifact_corrupt"
    texts = {
        "en": (
            "The model's files are damaged or not allowed: {reason}",
            "Export the model anew, or train it again.",
        ),
        "ru": (
            "Файлы модели повреждены или недопустимы: {reason}",
            "Выгрузите модель заново или обучите её ещё раз.",
        ),
    }


class BadName(BadRequest):
    code = "bad_name"
    texts = {
        "en": (
            "A name consists of a-z, 0-9, - and _, at most 64 of them.",
            "For example: tfidf-logreg_2.",
        ),
        "ru": (
            "Имя состоит из a-z, 0-9, - и _, не больше 64 знаков.",
            "Например: tfidf-logreg_2.",
        ),
    }


class NameTaken(Conflict):
    code = "name_taken"
    texts = {
        "en": (
            "The name '{name}' is taken.",
            "Choose another name, or add a version to the model of that name.",
        ),
        "ru": ("Имя «{name}» занято.", "Выберите другое имя или добавьте версию к модели с этим именем."),
    }


class ModelShipped(Conflict):
    code = "model_shipped"
    texts = {
        "en": (
            "'{name}' came with Chisto and always stays loaded.",
            "Only models of your own can be removed or unloaded.",
        ),
        "ru": (
            "«{name}» входит в состав Chisto и всегда загружена.",
            "Удалять и выгружать можно только свои модели.",
        ),
    }


class ModelInUse(Conflict):
    code = "model_in_use"
    texts = {
        "en": (
            "The model '{name}' is promoted: the alias '{alias}' points at it.",
            "Promote another model first.",
        ),
        "ru": (
            "Модель «{name}» назначена основной: на неё указывает «{alias}».",
            "Сначала назначьте основной другую.",
        ),
    }


class ModelAlreadyLoaded(Conflict):
    code = "model_already_loaded"
    texts = {
        "en": ("The model '{name}' is loaded already.", "There is nothing to do."),
        "ru": ("Модель «{name}» уже загружена.", "Делать ничего не нужно."),
    }


class ModelNotTrained(Conflict):
    code = "model_not_trained"
    texts = {
        "en": ("The model '{name}' is still being trained.", "Wait for its task: GET /api/v1/tasks."),
        "ru": ("Модель «{name}» ещё обучается.", "Дождитесь конца её задачи: GET /api/v1/tasks."),
    }


class ModelLoadFailed(Unprocessable):
    code = "model_load_failed"
    texts = {
        "en": (
            "The model '{name}' could not be loaded: {reason}",
            "The server's log says more; train it again.",
        ),
        "ru": (
            "Модель «{name}» не удалось загрузить: {reason}",
            "Подробности в журнале сервера; обучите модель заново.",
        ),
    }


class StillLoading(Unavailable):
    code = "still_loading"
    texts = {
        "en": ("The model '{name}' is still being loaded.", "Look at its state in a moment."),
        "ru": ("Модель «{name}» ещё загружается.", "Посмотрите её состояние чуть позже."),
    }


class TooManyLoaded(Conflict):
    code = "too_many_loaded"
    texts = {
        "en": ("{limit} models are loaded, and no more may be.", "Unload one that is not needed."),
        "ru": ("Загружено моделей: {limit}, больше нельзя.", "Выгрузите ненужную модель."),
    }


# --- data sets and tasks --------------------------------------------------------------------------------------


class UploadBroken(BadRequest):
    code = "upload_broken"
    texts = {
        "en": ("The upload broke off before its end.", "Send the file again."),
        "ru": ("Передача файла оборвалась.", "Отправьте файл ещё раз."),
    }


class DatasetUnlabelled(Unprocessable):
    code = "dataset_unlabelled"
    texts = {
        "en": (
            "The data set '{name}' has no labels.",
            "Choose one whose comments are labelled 0 or 1.",
        ),
        "ru": ("В наборе данных «{name}» нет меток.", "Выберите набор, где комментарии размечены 0 и 1."),
    }


class NoResult(NotFound):
    code = "no_result"
    texts = {
        "en": ("The task '{id}' has no such result.", "Only a task that has succeeded has results."),
        "ru": ("У задачи «{id}» нет такого результата.", "Результаты есть только у успешных задач."),
    }


class UnknownDataset(NotFound):
    code = "unknown_dataset"
    texts = {
        "en": ("There is no data set '{name}'.", "GET /api/v1/datasets lists the data sets there are."),
        "ru": ("Набора данных «{name}» нет.", "Список наборов: GET /api/v1/datasets."),
    }


class DatasetNameTaken(Conflict):
    code = "dataset_name_taken"
    texts = {
        "en": ("There is a data set '{name}' already.", "Choose another name, or delete that one first."),
        "ru": ("Набор данных «{name}» уже есть.", "Выберите другое имя или сначала удалите тот набор."),
    }


class DatasetInUse(Conflict):
    code = "dataset_in_use"
    texts = {
        "en": ("A task works on the data set '{name}'.", "Wait for the task to end, or cancel it."),
        "ru": ("С набором данных «{name}» работает задача.", "Дождитесь её конца или отмените её."),
    }


class UnknownTask(NotFound):
    code = "unknown_task"
    texts = {
        "en": ("There is no task '{id}'.", "GET /api/v1/tasks lists the tasks there are."),
        "ru": ("Задачи «{id}» нет.", "Список задач: GET /api/v1/tasks."),
    }


class TooManyTasks(TooManyRequests):
    code = "too_many_tasks"
    texts = {
        "en": ("{limit} tasks are waiting, and no more may.", "Wait for some to end, or cancel them."),
        "ru": ("В очереди уже {limit} задач, больше нельзя.", "Дождитесь конца некоторых или отмените их."),
    }


class TaskEnded(Conflict):
    code = "task_ended"
    texts = {
        "en": ("The task has ended: {state}.", "A task that has ended cannot be cancelled."),
        "ru": ("Задача уже закончилась: {state}.", "Законченную задачу нельзя отменить."),
    }


class TaskActive(Conflict):
    code = "task_active"
    texts = {
        "en": ("The task has not ended: {state}.", "Cancel it first, or wait."),
        "ru": ("Задача ещё не закончилась: {state}.", "Сначала отмените её или подождите."),
    }


class TaskNotRetried(Conflict):
    code = "task_not_retried"
    texts = {
        "en": ("A task in the state '{state}' cannot be run again.", "Start a new one."),
        "ru": ("Задачу в состоянии «{state}» нельзя запустить снова.", "Запустите новую."),
    }


# How a task ends badly: kept with the task, shown as its error.


class TaskCrashed(ChistoError):
    code = "task_crashed"
    texts = {
        "en": ("The task broke off with an error of the program: {error}.", "The task's log says where."),
        "ru": (
            "Задача оборвалась из-за ошибки в программе: {error}.",
            "Где именно, сказано в журнале задачи.",
        ),
    }


class TaskKilled(ChistoError):
    code = "task_killed"
    texts = {
        "en": (
            "The process that computed the task was killed, {tries} times in a row.",
            "Most often the memory was not enough: use less data or fewer features.",
        ),
        "ru": (
            "Процесс, считавший задачу, был убит — {tries} раз подряд.",
            "Чаще всего не хватает памяти: уменьшите данные или число признаков.",
        ),
    }


class TaskTimedOut(ChistoError):
    code = "task_timed_out"
    texts = {
        "en": (
            "The task took longer than {limit} s and was stopped.",
            "Raise the limit, or give it less to do.",
        ),
        "ru": (
            "Задача не уложилась в {limit} с и была остановлена.",
            "Увеличьте предел или уменьшите задачу.",
        ),
    }


class TaskInterrupted(ChistoError):
    code = "task_interrupted"
    texts = {
        "en": ("The server stopped while the task was running.", "Run it again."),
        "ru": ("Сервер остановился, пока задача выполнялась.", "Запустите её снова."),
    }
