"""Addresses of order logs: taken apart, and never shown with what is secret."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.errors import InputError
from retention.orders.sources import SOURCE_KINDS, is_address, kind_of, read_address
from retention.orders.sources.bigquery import most_bytes
from retention.orders.sources.source_kind import nearest_names, split_name

CANARY = "canary-secret"


def test_every_kind_reads_its_own_example() -> None:
    """The address that a sentence proposes is one that its kind knows and shows again."""
    for kind in SOURCE_KINDS:
        address = read_address(kind.example)
        assert kind_of(address) is kind
        assert str(address) == kind.example.partition("?")[0].removesuffix(":")
        assert set(address.options) <= kind.options


def test_no_two_kinds_share_a_scheme() -> None:
    """An address belongs to one kind."""
    schemes = [scheme for kind in SOURCE_KINDS for scheme in kind.schemes]
    assert len(set(schemes)) == len(schemes)


@pytest.mark.parametrize(
    "location", ["orders.csv", "orders/*.parquet", "C:\\orders.csv", "/data/a:b.csv", "./x:y"]
)
def test_a_path_is_no_address(location: str) -> None:
    """Files keep their way in, whatever their name."""
    assert not is_address(location)


@pytest.mark.parametrize(
    "location",
    [
        f"postgres://shop:{CANARY}@db/shop",
        f"POSTGRES://shop:{CANARY}@db/shop",
        f"postgres://:{CANARY}@db/shop",
        f"postgres://shop:{CANARY}#/?x@db/shop",
        f"postgres://shop:a@{CANARY}@db/shop",
        f"postgres://shop:a/{CANARY}@db/shop",
        f"postgress://shop:{CANARY}@db/shop",
        f"snowflake://user@account/db?password={CANARY}",
        f"databricks://host/sql?access_token={CANARY}",
        f"sc://host:15002/;token={CANARY}",
        f"s3://id:{CANARY}@bucket/*.parquet",
        f"postgres://shop:{CANARY}@db:port/shop",
        f"postgres://db:{CANARY}/shop",
    ],
)
def test_a_secret_in_an_argument_is_refused_and_never_shown(location: str) -> None:
    """The sentence names the cure; neither it nor what a traceback prints holds the secret."""
    with pytest.raises(InputError) as caught:
        kind_of(read_address(location))
    shown = "".join(traceback.format_exception_only(caught.value))
    assert CANARY not in shown
    assert "env:" in shown or "%40" in shown


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=8).map(
        lambda text: f"\u2603{text}\u2603"
    )
)
def test_whatever_a_password_holds_is_not_shown(password: str) -> None:
    """An address from the environment is understood or refused; its text and an error leave the password out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ORDERS_URL", f"postgres://shop:{password}@db:5432/shop")
        try:
            address = read_address("env:ORDERS_URL")
        except InputError as error:
            shown = str(error)
        else:
            shown = f"{address} {address!r}"
            assert (address.user, address.host, address.port) == ("shop", "db", 5432)
    assert password not in shown
    assert "\u2603" not in shown


def test_the_environment_holds_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """`env:NAME` reads it, percent-encoded or not."""
    for written in ("p%40ss%3Aword", "p@ss:word"):
        monkeypatch.setenv("ORDERS_URL", f"postgres://shop:{written}@db/shop?sslmode=require")
        address = read_address("env:ORDERS_URL")
        assert (address.password, str(address)) == ("p@ss:word", "postgres://shop@db/shop")
        assert address.options == {"sslmode": "require"}


@pytest.mark.parametrize("url", [None, "", "   ", "env:OTHER", "orders"])
def test_a_variable_without_an_address_is_named(url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, blank, and pointing to another variable: one sentence each."""
    monkeypatch.delenv("ORDERS_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("ORDERS_URL", url)
    with pytest.raises(InputError, match=r"^env:ORDERS_URL: "):
        read_address("env:ORDERS_URL")


def test_what_is_wrong_with_an_address_is_said_before_anything_connects() -> None:
    """An unknown scheme, an unread option, a missing or a needless table."""
    for location, table, words in (
        ("mongodb://host/db", "orders", "is no kind of address"),
        ("postgres://shop@db/shop?colour=red", "orders", "option 'colour'"),
        ("postgres://shop@db/shop", None, "--table"),
        ("s3://lake/*.parquet", "orders", "leave out --table"),
        ("spark:lake/*.parquet", "orders", "leave out --table"),
    ):
        with pytest.raises(InputError, match=words):
            check(location, table)


def check(location: str, table: str | None) -> None:
    """Check an address as it is done before anything connects."""
    address = read_address(location)
    kind_of(address).check(address, table)


def test_the_most_that_bigquery_may_read_is_a_number() -> None:
    """100 GB unless the address has another one."""
    assert most_bytes(read_address("bigquery://project/shop")) == 100_000_000_000
    assert most_bytes(read_address("bigquery://project/shop?max_gb=0.5")) == 500_000_000
    for wrong in ("0", "-1", "nan", "many", "1e30"):
        with pytest.raises(InputError, match="max_gb"):
            most_bytes(read_address(f"bigquery://project/shop?max_gb={wrong}"))


def test_the_nearest_names_come_first() -> None:
    """A slip of the pen, a wrong schema and another case find what was meant; never more than five."""
    names = ["public.customers", "public.orders", "raw.orders_2024", "raw.returns", "raw.visits", "raw.zones"]
    assert nearest_names("public.order", names)[0] == "public.orders"
    assert nearest_names("PUBLIC.ORDERS", names)[0] == "public.orders"
    assert nearest_names("shop.orders", names)[0] == "public.orders"
    assert len(nearest_names("x", names)) == 5


@pytest.mark.parametrize("name", ["", "a.b.c.d", "a..b", "."])
def test_what_is_no_name_of_a_table_is_refused(name: str) -> None:
    """One to three parts, none of them empty."""
    with pytest.raises(InputError, match="--table"):
        split_name(name)
