"""Where the dashboard listens and who may open it."""

import pytest
from bokeh.core.templates import MACROS

from chisto.settings import Settings
from cli.dashboard import PasswordNeeded, _check, dashboard_url
from cli.serve import BadHost
from panel_app.server import Dashboard, _template


def test_beyond_loopback_a_password_is_needed() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        _check(Settings(dashboard_host=host))
    with pytest.raises(PasswordNeeded):
        _check(Settings(dashboard_host="0.0.0.0"))
    _check(Settings(dashboard_host="0.0.0.0", dashboard_password="secret"))
    with pytest.raises(BadHost):
        _check(Settings(dashboard_host="example"))


def test_only_named_addresses_may_open_a_websocket() -> None:
    assert Dashboard("http://api", port=5006).websocket_origins() == ["127.0.0.1:5006", "localhost:5006"]
    public = Dashboard("http://api", host="0.0.0.0", port=80, origins=("chisto.example",))
    assert "chisto.example" in public.websocket_origins()
    assert "*" not in "".join(public.websocket_origins())


def test_an_address_to_listen_on_is_turned_into_one_to_open() -> None:
    assert dashboard_url(Settings(dashboard_host="0.0.0.0", dashboard_port=80)) == "http://127.0.0.1:80"
    assert dashboard_url(Settings(dashboard_host="::1", dashboard_port=80)) == "http://[::1]:80"


def test_the_page_is_sent_in_the_language_of_the_visitor() -> None:
    sent = _template().render(
        macros=MACROS,
        language="en",
        theme="dark",
        resources_lost="gone",
        server_lost="away",
        docs=[],
        plot_script="",
    )
    assert '<html lang="en" data-ch-theme="dark"' in sent
    assert "Resources could not be loaded" not in sent and "Connection with the server" not in sent
