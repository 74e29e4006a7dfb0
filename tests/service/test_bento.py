"""The Bento: built from bentofile.yaml, and booted from its folder as a container would."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from servers import ROOT, free_port

BENTOML = Path(sys.executable).parent / "bentoml"


@pytest.fixture(scope="module")
def bento(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a freshly built Bento."""
    home = tmp_path_factory.mktemp("bentoml")
    environment = {**os.environ, "BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True"}
    built = subprocess.run(
        [BENTOML, "build", "--output", "tag"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    name, version = built.stdout.strip().splitlines()[-1].removeprefix("__tag__:").split(":")
    return home / "bentos" / name / version


@pytest.fixture(scope="module")
def url(bento: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server booted from the Bento's folder, with nothing of the repository on its path."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"CHISTO_HOME": str(home), "BENTOML_HOME": str(home / "b"), "BENTOML_DO_NOT_TRACK": "True"}
    log = (home / "output.txt").open("w")
    process = subprocess.Popen(
        [BENTOML, "serve", str(bento), "--host", "127.0.0.1", "--port", str(port)],
        cwd=bento, env=environment, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(address + "/readyz", timeout=2).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        else:
            raise AssertionError((home / "output.txt").read_text()[-4000:])
        yield address
    finally:
        process.terminate()
        process.wait(40)


def test_a_booted_bento_answers(url: str) -> None:
    answer = httpx.post(
        url + "/predict", json={"texts": ["ты просто идиот и мразь", "спасибо, очень интересная статья"]}
    )
    assert [prediction["is_toxic"] for prediction in answer.json()["predictions"]] == [True, False]


def test_a_bento_brings_its_models_and_pins_and_no_tests(bento: Path) -> None:
    source = bento / "src"
    assert (source / "models_store" / "defaults" / "cnn" / "manifest.json").is_file()
    assert not (source / "tests").exists()
    requirements = (bento / "env" / "python" / "requirements.txt").read_text()
    assert "torch" not in requirements
    assert {line for line in requirements.splitlines() if line} >= {
        line for line in (ROOT / "deploy" / "requirements.txt").read_text().splitlines() if "==" in line
    }


def test_a_bento_carries_a_dockerfile_that_serves_it(bento: Path) -> None:
    dockerfile = (bento / "env" / "docker" / "Dockerfile").read_text()
    assert "python" in dockerfile and "ENTRYPOINT" in dockerfile
    assert "CHISTO_HOME" in dockerfile
