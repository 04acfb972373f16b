"""A server of the endpoints that speak to the Hub alone: ``python -m tests.stand_ins.hub_endpoints``."""

from retention.settings import settings
from retention.ui import files
from retention.ui.api import endpoints
from retention.ui.api.hub import pull, push, replay
from retention.ui.gradio_runtime.blocks import AppBlocks


def main() -> None:
    """Serve them."""
    files.use_private_upload_dir()
    with AppBlocks(analytics_enabled=False) as app:
        endpoints.build({push: {}, pull: {}, replay: {}})
    app.launch(server_port=settings().port, show_error=False, ssr_mode=False, prevent_thread_lock=True)
    app.block_thread()


if __name__ == "__main__":
    main()
