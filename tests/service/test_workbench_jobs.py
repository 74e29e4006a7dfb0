"""What the workbench computes, as real jobs on a real trainer: profile, search, comparison, scores of a file."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from trainers import Workshop

from chisto import schemas as s
from chisto.demo import generate
from chisto.schemas_profile import ProfileResult, profile_key
from models_store.datasets import Dataset
from models_store.ingest import Upload, ingest
from models_store.jobs import Job, NewJob


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    opened = Workshop.open(tmp_path_factory.mktemp("home"), None, CHISTO_MAX_RUNNING_TASKS="2")
    opened.start()
    yield opened
    opened.stop()
    opened.registry.database.close()


@pytest.fixture(scope="module")
def dataset(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("upload") / "demo.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([("comment_text", "toxic"), *generate(600, 1), ("=1+1 и это не формула", 0)])
    return ingest(workshop.registry, Upload(path=str(path), name="demo"))


def submit(workshop: Workshop, kind: str, dataset: Dataset, name: str, **params: object) -> Job:
    reserved = name if kind in ("fit", "search") else None
    job = NewJob(
        kind=kind, name=name, params=params, time_limit_s=300, dataset_id=dataset.id, reserved_name=reserved
    )
    return workshop.registry.jobs.submit(job)


def fit_params(**changes: object) -> dict[str, object]:
    request = s.FitRequest.model_validate(
        {"name": "x", "dataset": "demo", "ml_model_type": "logistic_regression", **changes}
    )
    return request.model_dump(mode="json", exclude={"name", "dataset", "time_limit_s"})


def ended_well(workshop: Workshop, job: Job) -> Job:
    [ended] = workshop.wait(job, within_s=200)
    assert ended.state == "success", (ended.error, workshop.registry.jobs.log(job.id).text, workshop.logs())
    return ended


def test_a_profile_is_made_once_for_the_same_data(workshop: Workshop, dataset: Dataset) -> None:
    ended = ended_well(workshop, submit(workshop, "profile", dataset, "demo"))
    kept = workshop.registry.reports.get("profile", profile_key(dataset.sha256))
    assert kept is not None
    result = ProfileResult.model_validate(kept)
    assert result.rows == dataset.rows == ended.summary["rows"]
    assert result.classes == {"toxic": dataset.toxic, "non_toxic": dataset.rows - dataset.toxic}
    again = ended_well(workshop, submit(workshop, "profile", dataset, "demo"))
    assert "counting" not in workshop.registry.jobs.log(again.id).text


def test_a_search_tries_all_tells_of_each_and_keeps_the_best(workshop: Workshop, dataset: Dataset) -> None:
    space = {
        "ml_model_params.C": [1e-5, 1.0],
        "ml_model_params.solver": ["lbfgs", "liblinear"],
        "ml_model_params.penalty": ["l1", "l2"],
    }
    params = fit_params(search={"space": space, "metric": "roc_auc"}, vectorizer_type="bag_of_words")
    job = ended_well(workshop, submit(workshop, "search", dataset, "searched", **params))
    result = workshop.registry.jobs.result(job.id)
    model = workshop.registry.models.get("searched")
    assert result is not None and result["search"]["trials"] == 6 and result["search"]["skipped"] == 2
    found = result["search"]["best"]
    assert [each["roc_auc"] for each in found] == sorted((each["roc_auc"] for each in found), reverse=True)
    assert model.model_params["C"] == found[0]["params"]["ml_model_params.C"] != 1e-5
    assert model.metrics["roc_auc"] == pytest.approx(found[0]["roc_auc"])
    children = workshop.registry.jobs.page(parent=job.id).jobs
    assert {child.state for child in children} == {"success"} and len(children) == 6
    assert len(workshop.registry.models.all("searched")) == 1
    log = workshop.registry.jobs.log(job.id).text
    assert all(f"trial {number}: roc_auc" in log for number in range(1, 7))
    assert job.summary["version"] == 1 and job.metrics["tried"] == 6


def test_a_search_without_a_single_good_trial_says_why(workshop: Workshop, dataset: Dataset) -> None:
    params = fit_params(
        search={"space": {"ml_model_params.C": [1.0, 2.0]}}, vectorizer_params={"min_df": 1000}
    )
    [job] = workshop.wait(submit(workshop, "search", dataset, "hopeless", **params), within_s=200)
    assert job.state == "failure" and job.error is not None and job.error.code == "no_trial_succeeded"
    assert "min_df" in job.error.hint("en") or "parameters" in job.error.message("en")
    assert not workshop.registry.models.all("hopeless")


def test_trained_models_are_compared_and_score_the_file(workshop: Workshop, dataset: Dataset) -> None:
    jobs = [
        submit(workshop, "fit", dataset, name, **fit_params(ml_model_type=family))
        for name, family in (("bayes", "multinomial_naive_bayes"), ("svc", "linear_svc"))
    ]
    for job in jobs:
        ended_well(workshop, job)
    models = [{"name": name, "version": 1} for name in ("bayes", "svc")]
    compared = submit(workshop, "evaluate", dataset, "demo", models=models, max_points=50)
    ended_well(workshop, compared)
    result = s.Evaluation.model_validate(workshop.registry.jobs.result(compared.id))
    assert [each.name for each in result.models] == ["bayes", "svc"] and result.rows == dataset.rows
    assert all(len(each.roc.thresholds) <= 50 and each.roc_auc.value > 0.8 for each in result.models)
    json.dumps(workshop.registry.jobs.result(compared.id), allow_nan=False)

    job = ended_well(
        workshop, submit(workshop, "score_file", dataset, "demo", model="svc", version=1, threshold=0.4)
    )
    folder = workshop.registry.store.results / f"{job.id}-{job.attempt}"
    text = (folder / "scores.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == dataset.rows == job.summary["rows"]
    assert all((float(row["toxic_score"]) >= 0.4) == (row["is_toxic"] == "1") for row in rows)
    assert rows[-1]["comment_text"] == "'=1+1 и это не формула" and rows[-1]["row"] == "601"
    assert job.summary["toxic"] == sum(row["is_toxic"] == "1" for row in rows)


def test_data_of_one_class_cannot_be_compared_on(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "kind.csv"
    path.write_text("comment_text,toxic\nспасибо,0\nхорошая статья,0\n", encoding="utf-8")
    kind = ingest(workshop.registry, Upload(path=str(path), name="kind"))
    [job] = workshop.wait(submit(workshop, "evaluate", kind, "kind", models=[]))
    assert job.state == "failure" and job.error is not None and job.error.code == "one_class_only"
