"""Order sources in the Customers tab: names from a file of whoever runs the app, and nothing on a Space."""

from pathlib import Path

import gradio as gr
import pandas as pd
import pytest

from retention.errors import InputError
from retention.orders.sources.named_sources import read_named_sources
from retention.pipeline.sources import opened_orders
from retention.settings import settings
from retention.simulation.simulate import simulate
from retention.ui import files
from retention.ui.session import Session
from retention.ui.tabs.customers import layout
from retention.ui.tabs.customers.sources.handlers import source_names, use_source


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a lake of Parquet files, and a database whose address is in the environment."""
    orders = simulate(300, seed=3).orders
    orders.head(3000).to_parquet(tmp_path / "0.parquet", index=False)
    orders.iloc[3000:].to_parquet(tmp_path / "1.parquet", index=False)
    file = tmp_path / "sources.toml"
    file.write_text(
        f'[lake]\nurl = "{tmp_path}/*.parquet"\ntimezone = "Asia/Kolkata"\n'
        '[shop]\nurl = "env:CANARY_URL"\ntable = "public.orders"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("RETENTION_SOURCES", str(file))
    settings.cache_clear()
    return file


@pytest.fixture
def on_space(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file, on a Space."""
    monkeypatch.setenv("SPACE_ID", "acme/desk")
    settings.cache_clear()


@pytest.mark.usefixtures("sources")
def test_the_tab_lists_names_alone() -> None:
    """No address, no table and no name of a variable reaches the page."""
    with gr.Blocks() as page:
        tab = layout.build()
    assert tab.sources is not None
    assert [name for name, _ in tab.sources.name.choices] == ["lake", "shop"]
    shown = str(page.get_config_file())
    assert "CANARY_URL" not in shown and "0.parquet" not in shown and "public.orders" not in shown


@pytest.mark.slow
@pytest.mark.usefixtures("sources")
def test_customers_of_a_source_take_the_place_of_the_session_s() -> None:
    """Those to train on and those of today, called by the name of the source."""
    session = use_source(Session(), "lake")
    assert session.customers is not None and session.today is not None
    assert (session.customers.source, session.today.source) == ("lake", "lake")
    assert session.customers.label is not None and session.today.label is None
    with pytest.raises(InputError, match="is no source of"):
        use_source(session, "s3://bucket/*.parquet")  # a name is looked up; it is never an address
    with pytest.raises(InputError, match="choose one of the list"):
        use_source(session, None)
    with pytest.raises(InputError, match="no environment variable 'CANARY_URL'"):
        use_source(session, "shop")


@pytest.mark.usefixtures("on_space")
def test_a_space_refuses_every_source(tmp_path: Path) -> None:
    """There is no box, no name, and a name, an address or a pattern that is passed anyway is refused."""
    with gr.Blocks():
        assert layout.build().sources is None
    assert source_names() == []
    for location in ("lake", "env:CANARY_URL", "postgres://shop@db/shop"):
        with pytest.raises(InputError, match="a Space reads no databases"):
            use_source(Session(), location)
    for location in (f"{tmp_path}/*.parquet", "env:CANARY_URL", "spark:"):
        with (
            pytest.raises(InputError, match="a Space reads no databases"),
            opened_orders(location, table="orders"),
        ):
            pass


@pytest.mark.parametrize(
    "location", ["postgres://shop@127.0.0.1/shop", "env:HOME", "spark:", "s3://lake/*.parquet", "/etc/*.parquet"]
)
def test_an_endpoint_takes_no_address_for_a_file(location: str, tmp_path: Path) -> None:
    """What a script passes as its order log is an upload, wherever the app runs."""
    with pytest.raises(InputError, match="orders"):
        files.receive_file("orders", location, tmp_path)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("[shop", "is no TOML"),
        ('url = "spark:"', "has no url"),
        ("[shop]\ntable = 'orders'", "source 'shop': has no url"),
        ("[shop]\nurl = 'spark:'\ncolour = 'red'", "key 'colour' is not read"),
        ("[shop]\nurl = 'spark:'\ntable = 3", "table must be text"),
        ("[shop]\nurl = 'postgres://shop:canary@db/shop'", "leave the password out"),
        ("[shop]\nurl = 'mongodb://db/shop'", "is no kind of address"),
    ],
)
def test_a_wrong_file_of_sources_is_one_sentence(written: str, words: str, tmp_path: Path) -> None:
    """It names the file and the source, and shows no secret."""
    file = tmp_path / "sources.toml"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        read_named_sources(file)
    assert str(caught.value).startswith(str(file))
    assert "canary" not in str(caught.value)


def test_no_file_of_sources_means_none(tmp_path: Path) -> None:
    """The app starts without one."""
    assert read_named_sources(tmp_path / "none.toml") == {}
    assert pd.Series(source_names()).empty
