"""The app: build it, launch it."""

import threading

import gradio as gr

from retention.settings import settings
from retention.ui import endpoints, events, served, traffic
from retention.ui.assets import ASSETS, asset
from retention.ui.handlers.customers import example
from retention.ui.screen import Screen
from retention.ui.theme import theme


def build() -> gr.Blocks:
    """Return the whole app, ready to launch; nothing is trained or loaded yet."""
    served.have_a_folder_of_ones_own()
    with traffic.Page(title="Retention desk", analytics_enabled=False, delete_cache=(600, 3600)) as app:
        endpoints.build()  # first, so that their names are not taken by a button's handler
        events.wire(app, Screen())
    return app


def launch(app: gr.Blocks) -> None:
    """Serve the app until the process ends, and make the example while the first visitor is on the way."""
    threading.Thread(target=example, daemon=True).start()
    options = settings()
    app.queue(default_concurrency_limit=8, max_size=64)
    app.launch(
        server_name="0.0.0.0" if options.on_space else "127.0.0.1",  # noqa: S104 - a Space is reached from outside
        server_port=options.port,
        theme=theme(),
        css_paths=[ASSETS / "style.css"],
        head=f"<script>{asset('desk.js')}</script>",
        favicon_path=ASSETS / "icon.svg",
        max_file_size=f"{options.max_upload_mb}mb",
        state_session_capacity=64,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        ssr_mode=False,
        share=False,
        mcp_server=True,
        quiet=True,
        prevent_thread_lock=True,
    )
    endpoints.answer_agents(app)
    traffic.lighten(app)
    print(f"Retention desk is at {app.local_url}", flush=True)  # noqa: T201
    app.block_thread()
