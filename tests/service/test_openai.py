"""OpenAI's moderation endpoint as OpenAI's client sees it."""

import httpx
import openai
import pytest
from servers import Server

TOXIC, POLITE = "ты просто идиот и мразь", "спасибо, очень интересная статья"


@pytest.fixture
def client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)


def test_a_string_gives_one_result(client: openai.OpenAI) -> None:
    answer = client.moderations.create(model="omni-moderation-latest", input=TOXIC)
    (result,) = answer.results
    assert answer.id.startswith("modr-")
    assert answer.model == "cnn"
    assert result.flagged and result.categories.harassment
    assert result.category_scores.harassment > 0.8
    assert result.category_applied_input_types.harassment == ["text"]


def test_categories_that_are_not_scored_are_zero_and_apply_to_nothing(client: openai.OpenAI) -> None:
    (result,) = client.moderations.create(input=TOXIC).results
    scores = result.category_scores.model_dump(by_alias=True)
    applied = result.category_applied_input_types.model_dump(by_alias=True)
    assert len(scores) == 13
    assert {name for name, score in scores.items() if score} == {"harassment"}
    assert {name for name, types in applied.items() if types} == {"harassment"}
    flags = result.categories.model_dump(by_alias=True)
    assert {name for name, flag in flags.items() if flag} == {"harassment"}


def test_a_list_gives_a_result_for_each_string_in_order(client: openai.OpenAI) -> None:
    results = client.moderations.create(input=[POLITE, TOXIC, POLITE]).results
    assert [result.flagged for result in results] == [False, True, False]


def test_the_parts_of_one_input_give_one_result_by_the_worst_of_them(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": POLITE}, {"type": "text", "text": TOXIC}]
    (result,) = client.moderations.create(input=parts).results  # type: ignore[arg-type]
    assert result.flagged
    (polite,) = client.moderations.create(input=parts[:1]).results  # type: ignore[arg-type]
    assert not polite.flagged


def test_flagged_goes_by_the_models_threshold(server: Server, client: openai.OpenAI) -> None:
    text = "ну такое себе, если честно"
    prediction = httpx.post(f"{server.url}/predict", json={"text": text}).json()["predictions"][0]
    (result,) = client.moderations.create(input=text).results
    assert result.flagged is prediction["is_toxic"]
    assert result.category_scores.harassment == pytest.approx(prediction["toxic_score"], abs=1e-6)


def test_another_model_of_the_server_answers_by_its_name(client: openai.OpenAI) -> None:
    answer = client.moderations.create(model="logistic_regression", input=TOXIC)
    assert answer.model == "logistic_regression"
    assert answer.results[0].category_scores.harassment > 0.5


def test_an_image_gets_a_clear_error(client: openai.OpenAI) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    with pytest.raises(openai.BadRequestError) as refused:
        client.moderations.create(input=[image], extra_headers={"Accept-Language": "en"})  # type: ignore[list-item]
    assert refused.value.code == "text_only"
    assert refused.value.type == "invalid_request_error"
    assert "image_url" in refused.value.message


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client.moderations.create(model="gpt-nothing", input=TOXIC)
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


def test_strings_and_parts_do_not_mix(server: Server) -> None:
    answer = httpx.post(
        f"{server.url}/v1/moderations", json={"input": ["да", {"type": "text", "text": "нет"}]}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "mixed_input"
