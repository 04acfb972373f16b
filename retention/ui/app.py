"""The app: build it, launch it."""

import os
import socket
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from retention.errors import InputError
from retention.hub.connection import Hub
from retention.settings import Settings, settings
from retention.ui import files
from retention.ui.api import endpoints
from retention.ui.gradio_runtime.agents import answer_agents_plainly
from retention.ui.gradio_runtime.blocks import AppBlocks
from retention.ui.gradio_runtime.bodies import BoundedBodies
from retention.ui.gradio_runtime.calls import skip_unused_work, unknown_name_response
from retention.ui.shell import events
from retention.ui.shell.assets import ASSETS, asset
from retention.ui.shell.screen import Screen
from retention.ui.shell.stepper import style
from retention.ui.shell.theme import theme
from retention.ui.start import start
from retention.ui.tab import Tab
from retention.ui.tabs import TABS


def build(tabs: Sequence[Tab[Any]] = TABS) -> gr.Blocks:
    """Return the whole app, ready to launch; nothing is trained or loaded yet."""
    files.use_private_upload_dir()
    with AppBlocks(title="Retention desk", analytics_enabled=False, delete_cache=(600, 3600)) as app:
        endpoints.build()  # first, so that no button's handler takes their names
        events.wire(Screen(app, tabs))
    return app


def launch(app: gr.Blocks) -> None:
    """Serve the app until the process ends; the start session is made meanwhile.

    Raises
    ------
    RetentionError
        If a setting cannot be used, or the ledger cannot be restored: no customer may be messaged twice.
    """
    options = settings()
    with _ledger_in_sync(options):
        _serve(app, options)


def _serve(app: gr.Blocks, options: Settings) -> None:
    _check_port(options)
    _reach_this_machine_directly()
    threading.Thread(target=start, daemon=True).start()
    app.queue(default_concurrency_limit=8, max_size=64)
    app.launch(
        server_name="0.0.0.0" if options.on_space else "127.0.0.1",  # noqa: S104 - a Space is reached from outside
        server_port=options.port,
        theme=theme(),
        css_paths=[ASSETS / "style.css"],
        css=style(TABS),
        head=f"<script>{asset('desk.js')}\n{asset('decision.js')}</script>",
        favicon_path=ASSETS / "icon.svg",
        max_file_size=f"{options.max_upload_mb}mb",
        state_session_capacity=512,  # an untouched page takes 1.3 MB; the example is shared
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        share=False,
        mcp_server=True,
        app_kwargs={
            "exception_handlers": dict.fromkeys((KeyError, TypeError), unknown_name_response),
            "middleware": [Middleware(BoundedBodies)],
        },
        quiet=True,
        prevent_thread_lock=True,
    )
    answer_agents_plainly(app)
    skip_unused_work(app)
    print(f"Retention desk is at {app.local_url}", flush=True)  # noqa: T201
    app.block_thread()


def _check_port(options: Settings) -> None:
    """Refuse a port that another program listens on, before anything is made."""
    host = "0.0.0.0" if options.on_space else "127.0.0.1"  # noqa: S104
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, options.port))
        except OSError as error:
            raise InputError(
                f"port {options.port}: cannot be used ({error.strerror}); set GRADIO_SERVER_PORT to another one"
            ) from None


def _reach_this_machine_directly() -> None:
    """Keep calls to this machine from a proxy: gradio asks its own server whether it is there."""
    import httpx

    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost", "::1"]))
    try:
        httpx.Client().close()
    except (ImportError, ValueError, httpx.InvalidURL):
        raise InputError(
            "environment variable ALL_PROXY, HTTP_PROXY or HTTPS_PROXY: names a proxy that cannot be used; "
            "change or unset it"
        ) from None


def _ledger_in_sync(options: Settings) -> AbstractContextManager[object]:
    """Restore the ledger from its dataset and keep the copy there up to date, where one is set."""
    if options.ledger_repo is None:
        return nullcontext()
    if options.ledger is None:
        raise InputError(
            "environment variable RETENTION_LEDGER: is not set, and RETENTION_LEDGER_REPO copies it; set it"
        )
    from retention.hub.ledger_sync import synced_ledger

    return synced_ledger(options.ledger, options.ledger_repo, key=options.ledger_key, hub=Hub(options.hf_token))
