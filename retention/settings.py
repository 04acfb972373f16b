"""Every environment variable that the program reads, with its default and its meaning."""

import os
import re
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from retention.errors import InputError

_MODEL_AT_COMMIT = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")
_SIZE = re.compile(r"(?=.*[1-9])\d+(\.\d+)? ?[MG]B")
_ON_SPACE = "SPACE_ID" in os.environ


class Settings(BaseSettings):
    """The settings of a process, read from its environment.

    A field's alias is the name of its variable. A test keeps the list in docs/settings.md equal to this one.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    space_id: str | None = Field(None, alias="SPACE_ID", description="set by a Space; tightens the limits")
    port: int = Field(7860, alias="GRADIO_SERVER_PORT", ge=1, le=65535, description="where the app listens")
    hf_token: SecretStr | None = Field(
        None, alias="HF_TOKEN", description="enables Inference Providers and the Hub"
    )
    space_host: str = Field("", alias="SPACE_HOST", description="set by a Space; its addresses, comma-separated")
    oauth_client_id: str | None = Field(
        None, alias="OAUTH_CLIENT_ID", description="set by a Space with `hf_oauth`; lets visitors sign in"
    )
    llm_models: str = Field(
        "microsoft/Phi-3.5-mini-instruct,Qwen/Qwen2.5-7B-Instruct,Qwen/Qwen3-4B-Instruct-2507,"
        "meta-llama/Llama-3.1-8B-Instruct",
        alias="RETENTION_LLM_MODELS",
        description="models tried in order on Inference Providers when there is a token; comma-separated",
    )
    base_url: str | None = Field(
        None,
        alias="RETENTION_BASE_URL",
        description="any OpenAI-compatible server; needs no token, and never gets the Hub's",
    )
    api_key: SecretStr | None = Field(
        None, alias="RETENTION_API_KEY", description="key of that server, which is sent nowhere else"
    )
    llm_concurrency: int = Field(
        16,
        alias="RETENTION_LLM_CONCURRENCY",
        ge=1,
        le=256,
        description="most calls to a language model at one time; it begins with one, and learns from the answers "
        "how many the server takes",
    )
    deadline_s: float | None = Field(
        None,
        alias="RETENTION_DEADLINE_S",
        gt=0,
        description="total time one call to a language model may take; default 2 in a batch, 8 for one message",
    )
    ledger: Path | None = Field(
        None if _ON_SPACE else Path("data/offers.sqlite"),
        alias="RETENTION_LEDGER",
        description="where the app records the messages it has written; blank or none: each visit keeps its own "
        "record, as it always does for simulated customers",
    )
    ledger_repo: str | None = Field(
        None,
        alias="RETENTION_LEDGER_REPO",
        description="`OWNER/NAME` of a private dataset that the ledger is copied to, and restored from at the "
        "start, with `HF_TOKEN`",
    )
    ledger_key: SecretStr | None = Field(
        None, alias="RETENTION_LEDGER_KEY", description="passphrase that encrypts the copy"
    )
    start_model: str | None = Field(
        None,
        alias="RETENTION_START_MODEL",
        description="`OWNER/NAME@commit` (all 40 digits) of a model on the Hub that the app loads at the start",
    )
    max_upload_mb: int = Field(
        50 if _ON_SPACE else 2000,
        alias="RETENTION_MAX_UPLOAD_MB",
        gt=0,
        description="largest file that is read (MB)",
    )
    max_rows: int = Field(
        300_000 if _ON_SPACE else 20_000_000,
        alias="RETENTION_MAX_ROWS",
        gt=0,
        description="most rows of an uploaded file",
    )
    max_columns: int = Field(
        300 if _ON_SPACE else 2000, alias="RETENTION_MAX_COLUMNS", gt=0, description="most columns that are read"
    )
    max_cells: int = Field(
        10_000_000 if _ON_SPACE else 100_000_000,
        alias="RETENTION_MAX_CELLS",
        gt=0,
        description="most cells (rows times columns) of an uploaded file held in memory at once",
    )
    memory: str = Field(
        "2 GB" if _ON_SPACE else "4 GB",
        alias="RETENTION_MEMORY",
        description="memory for describing customers from an order log (MB or GB); what does not fit goes to the "
        "folder for temporary files (`TMPDIR`)",
    )
    sources: Path | None = Field(
        None if _ON_SPACE else Path("sources.toml"),
        alias="RETENTION_SOURCES",
        description="file with the names and addresses of order sources that the app lists; never on a Space",
    )
    training_limit_s: float = Field(
        900 if _ON_SPACE else 7200,
        alias="RETENTION_TRAINING_LIMIT_S",
        gt=0,
        description="longest that one training in the app may take (s); others wait in the training queue",
    )

    @field_validator("sources", "ledger", "ledger_repo", "ledger_key", "start_model", mode="before")
    @classmethod
    def _blank_is_none(cls, text: object) -> object:
        return text or None

    @field_validator("hf_token", "api_key", mode="before")
    @classmethod
    def _must_be_one_word(cls, secret: object) -> object:
        if not isinstance(secret, str):
            return secret
        secret = secret.strip()
        if not secret.isprintable() or not secret.isascii() or " " in secret:
            raise ValueError("holds a blank, a line break or a sign that no token has; copy it anew")
        return secret or None

    @field_validator("memory")
    @classmethod
    def _must_be_a_size(cls, size: str) -> str:
        if not _SIZE.fullmatch(size):
            raise ValueError("is no size; write a number and MB or GB, such as 4 GB")
        return size

    @field_validator("start_model")
    @classmethod
    def _must_name_a_commit(cls, model: str | None) -> str | None:
        if model is not None and not _MODEL_AT_COMMIT.fullmatch(model):
            raise ValueError(
                "names no commit; pass OWNER/NAME@ and all 40 digits, so that the model cannot change"
            )
        return model

    @property
    def on_space(self) -> bool:
        """Whether the app runs as a Hugging Face Space."""
        return self.space_id is not None

    @property
    def space_hosts(self) -> tuple[str, ...]:
        """The host names under which a Space is reached."""
        return tuple(name.strip() for name in self.space_host.split(",") if name.strip())

    @property
    def visitors_sign_in(self) -> bool:
        """Whether visitors sign in to act in their own name; if not, whoever runs the app is its only user."""
        return self.on_space and self.oauth_client_id is not None

    @property
    def models(self) -> tuple[str, ...]:
        """The language models to try, in order."""
        return tuple(name.strip() for name in self.llm_models.split(",") if name.strip())


@cache
def settings() -> Settings:
    """Return the settings of this process; the environment is read at the first call.

    Raises
    ------
    InputError
        If a variable has a value that it cannot have.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        fault = first["msg"].removeprefix("Value error, ")
        raise InputError(f"environment variable {first['loc'][0]}: {fault}; change or unset it") from None
