"""Clients generated from the API's description, as docs/clients.md says, work against a live server."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from shopper.cli import app as shopper_command
from shopper.web import schema_commerce as types
from shopper.web.app import api_description
from shopper.web.examples_commerce import EXAMPLES
from tests.conftest import ROOT
from tests.documents import blocks
from tests.web.test_openapi import assert_typed

PAGE = "docs/clients.md"
DEFAULT = "http://localhost:8000"
WIDGET = ROOT / "shopper" / "web" / "widget"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the API's description in it, as `shopper openapi` writes it."""
    folder = tmp_path_factory.mktemp("clients")
    done = CliRunner().invoke(shopper_command, ["openapi", "--out", str(folder / "openapi.json")])
    assert done.exit_code == 0, done.output
    return folder


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def told_by(command: str, folder: Path) -> list[str]:
    """A command of the page, without the program that fetches it."""
    (block,) = [b for b in blocks(PAGE, "sh") if command in b]
    words = block.replace("\\\n", " ").split()
    assert (folder / "openapi.json").is_file()
    return words[next(n for n, word in enumerate(words) if word.startswith(command)) + 1 :]


@pytest.mark.slow
def test_the_command_writes_what_a_server_answers(folder: Path, demo_url: str) -> None:
    written = json.loads((folder / "openapi.json").read_text(encoding="utf-8"))
    assert written == httpx.get(f"{demo_url}/openapi.json").json()


def test_no_two_types_share_a_name() -> None:
    names = list(api_description()["components"]["schemas"])
    assert not [name for name in names if "__" in name or "-" in name]


@pytest.mark.slow
def test_a_generated_python_client_shops(folder: Path, demo_url: str) -> None:
    pytest.importorskip(
        "openapi_python_client", reason="pip install --no-deps openapi-python-client==0.29.1 ruamel.yaml"
    )
    (config,) = blocks(PAGE, "yaml")
    (folder / "client.yml").write_text(config, encoding="utf-8")
    program = [sys.executable, "-c", "from openapi_python_client.cli import app; app()"]
    run([*program, *told_by("openapi-python-client", folder)], folder)

    (code,) = blocks(PAGE, "python")
    checks = """
from shopper_client.models import Card, CardPage, CartOut, ChatOut, SearchOut, ThreadCreated
import datetime
assert type(thread) is ThreadCreated and type(thread.created_at) is datetime.datetime
assert type(answer) is ChatOut and answer.thread_id == thread.id and answer.query.category == "dress"
assert answer.products and all(type(card) is Card for card in answer.products)
assert all("linen" in card.materials for card in answer.products)
assert type(coats) is SearchOut and len(coats.products) <= 3 <= coats.total
assert type(cart) is CartOut and cart.lines[0].variant_id == variant.id
assert cart.total.amount == variant.price.amount and cart.version == 1
quote = create_checkout.sync(client=shop, body=CheckoutIn(thread_id=thread.id))
assert type(quote) is CheckoutOut and quote.totals[-1].type_ == "total", quote
print("all of it holds")
"""
    checks = "from shopper_client.models import CheckoutIn, CheckoutOut\n" + checks
    (folder / "use.py").write_text(code.replace(DEFAULT, demo_url) + checks, encoding="utf-8")
    said = run([sys.executable, "use.py"], folder)
    assert said.splitlines()[-1] == "all of it holds"


@pytest.mark.slow
def test_generated_typescript_types_hold_a_client_that_shops(folder: Path, demo_url: str) -> None:
    node, tools = shutil.which("node"), WIDGET / "node_modules"
    if node is None or not (tools / "openapi-typescript").is_dir():
        pytest.skip("openapi-typescript is a development dependency of the widget: `npm ci` in its folder")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    client, use = blocks(PAGE, "ts")
    (folder / "shopper-client.ts").write_text(client, encoding="utf-8")
    (folder / "use.ts").write_text(use.replace(DEFAULT, demo_url), encoding="utf-8")
    (folder / "wrong.ts").write_text(use.replace("card.title", "card.tittle"), encoding="utf-8")

    run(
        [node, str(tools / "openapi-typescript" / "bin" / "cli.js"), *told_by("openapi-typescript", folder)],
        folder,
    )
    compiler = [node, str(tools / "typescript" / "bin" / "tsc"), "--strict", "--target", "es2022"]
    compiler += ["--module", "nodenext", "--skipLibCheck", "--outDir", "js"]
    compiled = subprocess.run(
        [*compiler, "use.ts", "wrong.ts"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    (error,) = compiled.stdout.strip().splitlines()
    assert error.startswith("wrong.ts")
    assert "Property 'tittle' does not exist" in error

    answer: dict[str, Any] = json.loads(run([node, "js/use.js"], folder))
    assert answer["titles"]
    assert answer["coats"] > 0
    assert answer["thread"]


def test_commerce_answers_have_a_type_and_an_example_of_it() -> None:
    paths = api_description()["paths"].values()
    by_id = {operation["operationId"]: operation for path in paths for operation in path.values()}
    for name in EXAMPLES:
        told = [r for status, r in by_id[name]["responses"].items() if status < "300"]
        assert told, name
        for response in told:
            body = response["content"]["application/json"]
            assert_typed(getattr(types, body["schema"]["$ref"].rpartition("/")[2]), body["example"])


@pytest.mark.slow
def test_commerce_answers_are_what_their_types_say(demo_url: str) -> None:
    with httpx.Client(base_url=demo_url, timeout=30) as http:
        chat = {"message": {"text": "a linen dress"}, "stream": False}
        answer = http.post("/v1/chat", json=chat).json()
        thread = f"/v1/threads/{answer['thread_id']}"
        variant = next(v for p in answer["products"] for v in p["variants"] if v["availability"]["available"])
        http.patch(f"{thread}/cart", json={"set": [{"variant_id": variant["id"], "quantity": 1}]})
        quote = http.post("/v1/checkouts", json={"thread_id": answer["thread_id"]}).json()
        said = {"payment_method": quote["payment_methods"][0]}
        confirmed = http.post(f"/v1/checkouts/{quote['id']}/confirm", json=said).json()
        payment = confirmed["payment"]
        known = {"enabled": True, "sizes": ["M"], "budget": {"amount": 9000}}
        for model, body in (
            (types.CheckoutOut, quote),
            (types.ConfirmedOut, confirmed),
            (types.OrderOut, http.get(f"/v1/orders/{confirmed['order']['id']}").json()),
            (types.OrderList, http.get(f"{thread}/orders").json()),
            (types.PaymentOut, http.get(f"/v1/payments/{payment['id']}").json()),
            (
                types.PaymentOut,
                http.post(f"/v1/payments/{payment['id']}/sandbox", json={"outcome": "pay"}).json(),
            ),
            (types.PaymentMethodList, http.get("/v1/payment-methods").json()),
            (types.PreferencesOut, http.put(f"{thread}/preferences", json=known).json()),
            (types.PreferencesOut, http.get(f"{thread}/preferences").json()),
            (types.HandoffOut, http.post(f"{thread}/handoff", json={}).json()),
        ):
            assert_typed(model, body)
