"""A server of the endpoints that speak to the Hub alone: ``python -m tests.stand_ins.hub_endpoints``."""

from retention.settings import settings
from retention.ui import endpoints, files, traffic
from retention.ui.steps.hub import pull, push, replay


def main() -> None:
    """Serve them."""
    files.have_a_folder_of_ones_own()
    with traffic.Page(analytics_enabled=False) as app:
        endpoints.build({push: {}, pull: {}, replay: {}})
    app.launch(server_port=settings().port, show_error=False, ssr_mode=False, prevent_thread_lock=True)
    app.block_thread()


if __name__ == "__main__":
    main()
