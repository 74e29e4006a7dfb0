"""The control plane over HTTP on a real server: data sets, models, tasks, system-wide shapes and errors."""

import contextlib
import gzip
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from servers import Server
from tiny_models import KIND, LABELS, RUDE, TEXTS, build_archive

from chisto import client as api
from chisto.client import Client
from chisto.schemas import DecisionRequest, EvaluateRequest, FitRequest, KeyRequest, ScoreFileRequest

PREFIX = "/api/v1"


def table(rows: int = 120, *, text: str = "comment_text", label: str = "toxic") -> bytes:
    lines = [f"{TEXTS[i % len(TEXTS)]} {i},{LABELS[i % len(TEXTS)]}" for i in range(rows)]
    return "\n".join([f"{text},{label}", *lines, ""]).encode()


def zipped(data: bytes, name: str = "comments.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.url, timeout=120, language="en") as connected:
        yield connected


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url + PREFIX, timeout=120, trust_env=False) as connected:
        yield connected


def error(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which must have the one shape."""
    body = response.json()["error"]
    assert {"code", "message", "hint"} <= set(body) <= {"code", "message", "hint", "details"}
    return response.status_code, body["code"]


@pytest.fixture(scope="module")
def tiny(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An imported linear model."""
    archive = build_archive(tmp_path_factory.mktemp("models") / "tiny.zip", name="tiny")
    with Client(server.url, timeout=180) as connected:
        connected.import_model(archive)
        yield "tiny"
        connected.remove_model("tiny")


# --- data sets -----------------------------------------------------------------------------------------------


def test_a_file_is_taken_in_shown_and_given_back(client: Client, tmp_path: Path) -> None:
    made = client.upload_dataset(table(), name="round-trip", filename="comments.csv")
    try:
        assert (made.rows, made.toxic, made.non_toxic) == (120, 60, 60)
        assert made.report is not None
        assert made.report.text_column == "comment_text"
        assert client.dataset("round-trip") == client.dataset(made.uuid)
        page = client.preview(made.uuid, offset=3, limit=2)
        assert (page.total, [row.row for row in page.rows]) == (120, [3, 4])
        assert [row.row for row in client.rows(made.uuid, [7, 3, 10_000]).rows] == [7, 3]
        path = client.download_dataset(made.uuid, tmp_path / "back.jsonl", format="jsonl")
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert len(lines) == 120
        assert lines[0] == {"comment_text": "дурак дурак 0", "toxic": 1}
    finally:
        client.delete_dataset(made.uuid)
    with pytest.raises(api.NotFound):
        client.dataset("round-trip")


def test_rows_are_found_by_label_and_by_text_in_any_case(client: Client) -> None:
    made = client.upload_dataset(table(), name="search")
    try:
        assert client.preview(made.uuid, label=1).total == 60
        found = client.preview(made.uuid, search="СПАСИБО", limit=5)
        assert found.total > 5
        assert all("спасибо" in row.text for row in found.rows)
    finally:
        client.delete_dataset(made.uuid)


def test_the_same_comments_have_the_same_hash_in_any_file(client: Client) -> None:
    plain = table().decode()
    variants = {
        "cp1251": plain.encode("cp1251"),
        "bom": plain.encode("utf-8-sig"),
        "gzip": gzip.compress(plain.encode()),
        "zip": zipped(plain.encode()),
        "tsv": plain.replace(",", "\t").encode(),
    }
    made = [client.upload_dataset(data, name=f"variant-{name}") for name, data in variants.items()]
    try:
        assert len({each.sha256 for each in made}) == 1
    finally:
        for each in made:
            client.delete_dataset(each.uuid)


def test_what_was_left_out_is_counted_by_reason(client: Client) -> None:
    rows = ["comment_text,toxic", "раз,0", "раз,0", "два,1", "два,0", "три,", ",1", "четыре,7", "пять,1"]
    made = client.upload_dataset("\n".join(rows).encode(), name="dropped")
    try:
        report = client.report(made.uuid)
        assert (report.rows_read, report.rows_kept) == (8, 2)
        assert report.dropped["duplicates"] == 1
        assert report.dropped["contradictions"] == 2
        assert report.dropped["non_binary"] == 1
    finally:
        client.delete_dataset(made.uuid)


def test_a_download_for_spreadsheets_computes_nothing(client: Client, tmp_path: Path) -> None:
    data = 'comment_text,toxic\n"=HYPERLINK(""http://x"")",0\n+7 900,0\nобычный,1\n'
    made = client.upload_dataset(data.encode(), name="formulas")
    try:
        text = client.download_dataset(made.uuid, tmp_path / "x.csv").read_text(encoding="utf-8-sig")
        assert "'=HYPERLINK" in text
        assert "'+7 900" in text
        exact = client.download_dataset(made.uuid, tmp_path / "x.jsonl", format="jsonl")
        assert '"=HYPERLINK(' in exact.read_text(encoding="utf-8")
    finally:
        client.delete_dataset(made.uuid)


def test_unlabelled_comments_can_be_kept_but_not_learnt_from(client: Client) -> None:
    made = client.upload_dataset("text\nодин\nдва\n".encode(), name="plain")
    try:
        assert not made.is_labelled
        assert made.toxic is None
        with pytest.raises(api.Unprocessable) as caught:
            client.fit(FitRequest(name="never", dataset="plain", ml_model_type="linear_svc"))
        assert caught.value.code == "dataset_unlabelled"
    finally:
        client.delete_dataset(made.uuid)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"MZ\x90\x00" + bytes(2000), "not_a_table"),
        (zipped(table(), "../../escape.csv"), "unsafe_archive"),
        (b"PK\x03\x04" + bytes(500), "broken_file"),
        ("a,b,c\nпервый,второй,третий\nещё,и ещё,и опять\n".encode(), "text_column_unknown"),
        (b"comment_text,toxic\nx,7\n", "no_usable_rows"),
    ],
)
def test_a_bad_file_is_refused_by_its_own_code_and_leaves_nothing(
    server: Server, http: httpx.Client, data: bytes, code: str
) -> None:
    before = set((server.home / "datasets").rglob("*"))
    response = http.post("/datasets", params={"name": "bad"}, content=data)
    assert error(response)[1] == code
    assert 400 <= response.status_code < 500
    assert set((server.home / "datasets").rglob("*")) == before
    assert not [path for path in (server.home / "uploads").glob("*") if path.is_dir()]


def test_columns_to_choose_from_come_as_data(client: Client) -> None:
    with pytest.raises(api.BadRequest) as caught:
        client.upload_dataset("a,b\nпервый,второй\nещё один,и ещё один\n".encode(), name="columns")
    assert set(caught.value.details["columns"]) == {"a", "b"}


def test_an_upload_over_the_limit_is_cut_off_and_leaves_nothing(new_server: Any) -> None:
    small = new_server(CHISTO_MAX_UPLOAD_BYTES="200000")
    url = f"{small.url}{PREFIX}/datasets?name=big"

    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 100_000

    with httpx.Client(trust_env=False, timeout=60) as connected:
        declared = connected.post(url, content=table(30_000))
        assert error(declared) == (413, "too_large")
        form = connected.post(url, files={"file": ("big.csv", table(30_000))})
        assert error(form) == (413, "too_large")
        with contextlib.suppress(httpx.WriteError):  # the server may hang up before all was sent
            assert error(connected.post(url, content=endless())) == (413, "too_large")
        assert connected.get(f"{small.url}{PREFIX}/datasets").json() == []
    left = [path for folder in ("uploads", "work", "datasets") for path in (small.home / folder).glob("*")]
    assert [path.name for path in left if path.is_dir() and not path.name.startswith("trainer")] == []


def test_names_of_data_sets_are_unique_and_found_by_themselves(http: httpx.Client) -> None:
    first = http.post("/datasets", params={"name": "twice"}, content=table()).json()
    assert error(http.post("/datasets", params={"name": "twice"}, content=table())) == (
        409,
        "dataset_name_taken",
    )
    files = {"file": ("twice.csv.gz", gzip.compress(table()))}
    second = http.post("/datasets", files=files).json()
    assert second["name"] == "twice-2"
    for each in (first, second):
        assert http.delete(f"/datasets/{each['uuid']}").status_code == 200


# --- models: system-wide shapes ------------------------------------------------------------------------------


def test_the_list_of_models_has_the_fields_of_old_and_more(http: httpx.Client, tiny: str) -> None:
    for address in ("/models/", "/models"):
        found = http.get(address).json()
        mine = next(model for model in found if model["name"] == tiny)
        old = {"uuid", "name", "type", "is_trained", "is_loaded", "model_params", "vectorizer_params"}
        assert old <= set(mine)
        assert mine["type"] == "logistic_regression"
        assert mine["is_trained"] is True
        assert mine["metrics"] == {"macro_f1": 1.0}


def test_load_predict_and_unload_answer_in_the_old_shapes(http: httpx.Client, tiny: str) -> None:
    predict = {"X": [RUDE[0], KIND[0]]}
    assert error(http.post(f"/models/predict/{tiny}", json=predict)) == (409, "model_not_loaded")
    loaded = http.post("/models/load", json={"name": tiny})
    assert loaded.status_code == 200
    assert loaded.json() == [{"message": "Модель «tiny» загружена."}]
    for _ in range(12):  # on both gateways
        answer = http.post(f"/models/predict/{tiny}", json=predict, headers={"Connection": "close"})
        assert answer.json() == {"predictions": [1, 0]}
    assert error(http.post("/models/load", json={"name": tiny})) == (409, "model_already_loaded")
    unloaded = http.post("/models/unload", json={"name": tiny})
    assert unloaded.json() == [{"message": "Модель «tiny» выгружена."}]
    for _ in range(12):
        refused = http.post(f"/models/predict/{tiny}", json=predict, headers={"Connection": "close"})
        assert error(refused) == (409, "model_not_loaded")
    assert error(http.post("/models/unload", json={"name": tiny})) == (409, "model_not_loaded")


def test_scores_of_a_file_come_as_csv(http: httpx.Client, client: Client, tiny: str) -> None:
    client.load(tiny)
    try:
        files = {"predict_file": ("comments.zip", zipped(table(30)))}
        response = http.post("/models/predict_scores", data={"names": f"{tiny},cnn"}, files=files)
        lines = response.text.splitlines()
        assert response.headers["content-type"].startswith("text/csv")
        assert lines[0] == "model_name,scores,y_true"
        rows = [line.split(",") for line in lines[1:]]
        assert [row[0] for row in rows] == [tiny] * 30 + ["cnn"] * 30
        assert all(0 <= float(row[1]) <= 1 for row in rows)
        assert [int(row[2]) for row in rows[:30]] == LABELS[:30]
        unknown = http.post("/models/predict_scores", data={"names": f"{tiny},nobody"}, files=files)
        assert error(unknown) == (404, "unknown_model")
    finally:
        client.unload(tiny)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/models/load", {"name": "nobody"}, 404, "unknown_model"),
        ("POST", "/models/unload", {"name": "nobody"}, 404, "unknown_model"),
        ("POST", "/models/predict/nobody", {"X": ["раз"]}, 404, "unknown_model"),
        ("POST", "/models/predict/cnn", {"X": []}, 400, "bad_field"),
        ("POST", "/models/predict/cnn", {"X": "раз"}, 400, "bad_field"),
        ("POST", "/models/predict/cnn", {"X": ["  "]}, 400, "empty_text"),
        ("POST", "/models/predict/cnn", {}, 400, "bad_field"),
        ("POST", "/models/unload", {"name": "cnn"}, 409, "model_shipped"),
        ("DELETE", "/models/remove/cnn", None, 409, "model_shipped"),
        ("DELETE", "/models/remove/nobody", None, 404, "unknown_model"),
        ("POST", "/models/load", {"name": "cnn"}, 409, "model_already_loaded"),
        ("POST", "/models/load", ["cnn"], 400, "bad_field"),
        ("PUT", "/models/alias", {"name": "nobody"}, 404, "unknown_model"),
        ("PUT", "/models/alias", {"name": "Имя"}, 400, "bad_name"),
        ("PUT", "/models/cnn/decision", {"threshold": 2}, 400, "bad_field"),
        ("GET", "/models/nobody", None, 404, "unknown_model"),
        ("GET", "/models/nobody/card", None, 404, "unknown_model"),
        ("GET", "/models/nobody/export", None, 404, "unknown_model"),
        ("GET", "/datasets/nothing", None, 404, "unknown_dataset"),
        ("GET", "/tasks/nothing", None, 404, "unknown_task"),
        ("GET", "/tasks/nothing/log", None, 404, "unknown_task"),
        ("POST", "/tasks/nothing/cancel", None, 404, "unknown_task"),
        ("GET", "/tasks/?limit=0", None, 400, "bad_field"),
        ("GET", "/tasks/?status=happy", None, 400, "bad_field"),
        ("GET", "/nothing", None, 404, "not_found"),
        ("PATCH", "/models/", None, 405, "method_not_allowed"),
        ("DELETE", "/keys/nothing", None, 404, "unknown_key"),
    ],
)
def test_each_mistake_has_its_own_code(
    http: httpx.Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    assert error(http.request(method, path, json=body)) == (status, code)


def test_broken_json_is_named_so(http: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/models/load", "/models/fit", "/evaluate"):
        assert error(http.post(path, content=b'{"name": ', headers=headers)) == (400, "broken_json")


def test_errors_speak_the_language_asked_for(http: httpx.Client) -> None:
    russian = http.get("/models/nobody").json()["error"]["message"]
    english = http.get("/models/nobody", headers={"Accept-Language": "en"}).json()["error"]["message"]
    assert (russian, english) == ("Модели «nobody» нет.", "There is no model 'nobody'.")


# --- training by form and by JSON ----------------------------------------------------------------------------

FIT_FORM = {"name": "old-form", "ml_model_type": "multinomial_naive_bayes", "vectorizer_type": "bag_of_words"}


@pytest.mark.parametrize(
    ("changes", "file", "code"),
    [
        ({"name": "Плохое имя"}, table(), "bad_name"),
        ({"name": ""}, table(), "bad_name"),
        ({"name": "cnn"}, table(), "name_taken"),
        ({"ml_model_type": "oracle"}, table(), "bad_parameter"),
        ({"vectorizer_type": "tarot"}, table(), "bad_parameter"),
        ({"ml_model_params": "{"}, table(), "bad_field"),
        ({"ml_model_params": "[1]"}, table(), "bad_field"),
        ({"ml_model_params": '{"alpha": -1}'}, table(), "bad_parameter"),
        ({}, table(text="x", label="z").replace(b",0", b",a").replace(b",1", b",b"), "label_column_unknown"),
        ({}, b"MZ" + bytes(100), "not_a_table"),
    ],
)
def test_a_wrong_form_starts_nothing_and_keeps_nothing(
    http: httpx.Client, changes: dict[str, str], file: bytes, code: str
) -> None:
    before = http.get("/tasks/").json(), http.get("/datasets").json()
    response = http.post("/models/fit", data={**FIT_FORM, **changes}, files={"fit_file": ("x.csv", file)})
    assert error(response)[1] == code
    assert (http.get("/tasks/").json(), http.get("/datasets").json()) == before


def test_a_pair_that_does_not_go_together_cannot_be_trained(client: Client) -> None:
    made = client.upload_dataset(table(), name="pairs")
    try:
        with pytest.raises(api.BadRequest) as caught:
            client.fit(
                FitRequest(
                    name="pair",
                    dataset="pairs",
                    ml_model_type="logistic_regression",
                    ml_model_params={"penalty": "l1", "solver": "lbfgs"},
                )
            )
        assert caught.value.code == "bad_parameter"
        assert set(client.families().families) >= {"logistic_regression", "linear_svc", "cnn"}
    finally:
        client.delete_dataset(made.uuid)


def test_the_old_form_trains_a_model_and_shows_it_as_untrained_meanwhile(
    http: httpx.Client, client: Client
) -> None:
    response = http.post("/models/fit", data=FIT_FORM, files={"fit_file": ("x.zip", zipped(table()))})
    assert response.status_code == 201
    assert response.json() == {"message": "Обучение модели «old-form» запущено."}
    task = client.task(response.headers["location"].rsplit("/", 1)[1])
    if task.status in ("queued", "running"):
        listed = next(model for model in http.get("/models/").json() if model["name"] == "old-form")
        if not listed["is_trained"]:
            assert listed["type"] == "multinomial_naive_bayes"
            again = http.post("/models/fit", data=FIT_FORM, files={"fit_file": ("x.zip", zipped(table()))})
            assert error(again) == (409, "name_taken")
    ended = client.wait(task.uuid, timeout=180)
    assert ended.status == "success", ended
    model = client.model("old-form")
    assert model.is_trained
    assert model.metrics["macro_f1"] > 0.9
    assert model.task_uuid == task.uuid
    listed = next(each for each in http.get("/tasks/").json() if each["uuid"] == task.uuid)
    assert {"uuid", "name", "status", "result_msg", "updated_at"} <= set(listed)
    assert (listed["name"], listed["status"]) == ("old-form", "success")
    assert http.delete("/models/remove/old-form").json() == [{"message": "Модель «old-form» удалена."}]
    assert error(http.get("/models/old-form")) == (404, "unknown_model")
    client.delete_dataset(ended.dataset_uuid or "")


# --- tasks ---------------------------------------------------------------------------------------------------


def test_tasks_are_listed_in_pages_filtered_followed_and_forgotten(client: Client) -> None:
    made = client.upload_dataset(table(), name="for-tasks")
    names = ["task-a", "task-b"]
    for name in names:
        client.fit(
            FitRequest(
                name=name,
                dataset=made.uuid,
                ml_model_type="multinomial_naive_bayes",
                split={"method": "none"},
            )  # type: ignore[arg-type]
        )
    started = {task.name: task for task in client.tasks(dataset=made.uuid).tasks}
    assert set(started) == set(names)
    for task in started.values():
        assert client.wait(task.uuid, timeout=180).status == "success"
    page = client.tasks(dataset=made.uuid, limit=1)
    assert (page.total, len(page.tasks)) == (2, 1)
    assert client.tasks(dataset=made.uuid, status=["failure"]).total == 0
    assert client.tasks(dataset=made.uuid, kind=["profile"]).total == 0
    oldest = client.tasks(dataset=made.uuid, order="oldest").tasks
    assert [task.name for task in oldest] == names
    log = client.task_log(oldest[0].uuid)
    assert log.is_complete
    assert log.text
    assert client.task_log(oldest[0].uuid, offset=log.next_offset).text == ""
    with pytest.raises(api.Conflict) as caught:
        client.cancel(oldest[0].uuid)
    assert caught.value.code == "task_ended"
    for task in oldest:
        client.delete_task(task.uuid)
        with pytest.raises(api.NotFound):
            client.task(task.uuid)
    for name in names:
        client.remove_model(name)
    client.delete_dataset(made.uuid)


# --- serving models ------------------------------------------------------------------------------------------


def test_a_saved_threshold_decides_at_once_and_can_be_taken_back(client: Client, tiny: str) -> None:
    client.load(tiny)
    try:
        score = client.predict_scores([RUDE[0]], model=tiny).scores[0]
        saved = client.save_decision(tiny, DecisionRequest(threshold=min(1.0, score + 0.01)))
        assert saved.threshold_origin == "saved"
        for _ in range(6):
            assert client.predict([RUDE[0]], model=tiny).predictions[0].is_toxic is False
        assert client.predict_labels(tiny, [RUDE[0]]).predictions == [0]
        back = client.save_decision(tiny, DecisionRequest())
        assert (back.threshold, back.threshold_origin) == (0.5, "training")
        assert client.predict_labels(tiny, [RUDE[0]]).predictions == [1]
    finally:
        client.unload(tiny)


def test_bands_are_saved_with_the_model(client: Client, tiny: str) -> None:
    bands = {"review_from": 0.3, "block_from": 0.9}
    saved = client.save_decision(tiny, DecisionRequest.model_validate({"bands": bands}))
    assert saved.bands is not None
    assert saved.bands.model_dump() == bands
    with pytest.raises(ValueError, match="review_from"):
        DecisionRequest.model_validate({"bands": {"review_from": 0.9, "block_from": 0.3}})
    assert client.save_decision(tiny, DecisionRequest()).bands is None


def test_a_model_goes_out_and_comes_in_again_the_same(client: Client, tiny: str, tmp_path: Path) -> None:
    archive = client.export_model(tiny, tmp_path / "out.zip")
    with pytest.raises(api.Conflict) as caught:
        client.import_model(archive)
    assert caught.value.code == "name_taken"
    copied = client.import_model(archive, name="copied")
    try:
        assert (copied.origin, copied.family) == ("imported", "logistic_regression")
        client.load("copied")
        client.load(tiny)
        texts = [RUDE[0], KIND[0], "что-то ещё"]
        ours, theirs = (client.predict_scores(texts, model=name).scores for name in (tiny, "copied"))
        assert ours == theirs
        client.unload(tiny)
    finally:
        client.remove_model("copied")


def test_remove_takes_a_loaded_model_out_of_memory_and_off_the_disk(
    server: Server, client: Client, tmp_path: Path
) -> None:
    client.import_model(build_archive(tmp_path / "short.zip", name="short-lived"))
    client.load("short-lived")
    assert list((server.home / "bentoml" / "models").glob("short-lived/*"))
    client.remove_model("short-lived")
    with pytest.raises(api.NotFound):
        client.predict([KIND[0]], model="short-lived")
    assert not list((server.home / "bentoml" / "models").glob("short-lived/*"))
    deadline = time.monotonic() + 20
    while "unloaded short-lived" not in server.logs() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "unloaded short-lived" in server.logs()


def test_the_card_is_given_as_data_and_as_a_page(client: Client, http: httpx.Client) -> None:
    card = client.card("cnn")
    assert card.card
    assert http.get("/models/cnn/card", params={"format": "markdown"}).text == card.markdown


# --- the service itself --------------------------------------------------------------------------------------


def test_health_and_settings_tell_what_an_interface_needs(client: Client) -> None:
    health = client.health()
    assert health.default_model == "cnn"
    assert "cnn" in health.loaded_models
    settings = client.settings()
    assert settings.role == "manage"
    assert settings.keys_required is False
    assert settings.max_upload_bytes == 512_000_000


def test_every_call_of_the_client_is_an_address_of_the_documentation(server: Server) -> None:
    from chisto.client import calls

    samples = [
        calls.predict(["x"], None, None), calls.predict_scores(["x"], None), calls.explain(["x"], None, None),
        calls.models(), calls.model("x"), calls.card("x", None), calls.families(), calls.load("x"),
        calls.fit(FitRequest(name="x", dataset="x", ml_model_type="cnn")), calls.unload("x"),
        calls.predict_labels("x", ["x"]), calls.remove_model("x", None), calls.remove_all_models(),
        calls.promote("x", None, "default"), calls.aliases(), calls.save_decision("x", DecisionRequest()),
        calls.datasets(), calls.dataset("x"), calls.report("x"), calls.preview("x", 0, 1, None, None),
        calls.rows("x", [1]), calls.delete_dataset("x"), calls.start_profile("x"), calls.profile("x"),
        calls.score_dataset("x", ScoreFileRequest()), calls.task("x"), calls.task_log("x", 0),
        calls.task_result("x"), calls.cancel("x"), calls.retry("x"), calls.delete_task("x"),
        calls.evaluate(EvaluateRequest(models=["x"], dataset="x")), calls.evaluation("x"), calls.keys(),
        calls.create_key(KeyRequest(name="x")), calls.revoke_key("x"), calls.health(), calls.settings(),
    ]  # fmt: skip
    addresses = [(call.method, call.path) for call in samples]
    addresses += [("GET", path("x")) for path in (calls.export_path, calls.download_path, calls.file_path)]
    addresses += [("POST", calls.IMPORT), ("POST", calls.DATASETS), ("GET", f"{calls.TASKS}/")]
    document = httpx.get(f"{server.url}/openapi.json", trust_env=False).json()
    documented = [
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))))
        for path, methods in document["paths"].items()
        for method in methods
    ]
    for method, path in addresses:
        assert any(known == method and pattern.fullmatch(path) for known, pattern in documented), (
            method,
            path,
        )
    fit = document["paths"]["/api/v1/models/fit"]["post"]["requestBody"]["content"]
    assert fit.keys() == {"application/json", "multipart/form-data"}


def test_keys_are_made_used_and_revoked_over_http(new_server: Any) -> None:
    own = new_server()
    with Client(own.url) as client:
        boss = client.create_key(KeyRequest(name="boss", role="manage"))
    deadline = time.monotonic() + 5
    with Client(own.url, key=boss.key) as client:
        while time.monotonic() < deadline:
            if httpx.get(f"{own.url}{PREFIX}/keys", trust_env=False).status_code == 401:
                break
            time.sleep(0.1)
        with Client(own.url) as anonymous, pytest.raises(api.Unauthorized):
            anonymous.models()
        user = client.create_key(KeyRequest(name="game", role="predict"))
        assert user.key not in client.keys()[0].model_dump_json()
        time.sleep(1.5)
        with Client(own.url, key=user.key) as player:
            assert player.predict(["спасибо"]).model == "cnn"
            assert player.settings().role == "predict"
            with pytest.raises(api.Forbidden):
                player.tasks()
            client.revoke_key(user.uuid)
            time.sleep(1.5)
            with pytest.raises(api.Unauthorized):
                player.predict(["спасибо"])
    assert boss.key not in own.logs()
    assert user.key not in own.logs()


def test_start_says_that_without_keys_only_this_machine_is_served(server: Server) -> None:
    assert "no API key exists: only clients on this machine are served" in server.logs()
