"""Settings of one installation: addresses, folders, secrets, limits of the machine.

They come, the first found wins, from SOHOA_ environment variables and from `sohoa.toml` in the workspace. What an
administrator changes per centre is not here but in the catalogue.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from connectors.endpoint import TokenStyle
from flows.logs import LogFormat
from pipeline.errors import ConfigurationError, NoWorkspace
from pipeline.model import System

SETTINGS_FILE = "sohoa.toml"


class ConnectionSettings(BaseModel):
    """One other system, as the province's information department gave it: see docs/interconnection.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    token: TokenStyle | None = None
    """None: as the guide of that system says."""
    token_path: str = ""
    key: str = ""
    secret: SecretStr = SecretStr("")
    app_name: str = ""
    partner: str = ""
    partner_own: str = ""
    target: str = ""
    officer: str = ""
    authority: Path | None = None
    seconds: float = Field(default=60.0, gt=0)
    per_minute: int = Field(default=600, ge=1)
    parallel: int = Field(default=4, ge=1, le=32)
    paths: dict[str, str] = Field(default_factory=dict)
    options: dict[str, str] = Field(default_factory=dict)


class Settings(BaseSettings):
    """Frozen; an unknown name is an error, so that a typing mistake does not pass in silence."""

    model_config = SettingsConfigDict(env_prefix="SOHOA_", env_nested_delimiter="__", extra="forbid", frozen=True)

    workspace: Path
    """The folder that holds everything the embedded parts keep: inbox, done, rejected, objects, databases."""

    database_url: SecretStr | None = None
    """SQLAlchemy address of the catalogue; default: SQLite in the workspace. It may hold a password."""

    store: Literal["folder", "s3"] = "folder"
    s3_endpoint: str = ""
    """host:port of MinIO or any S3, without a scheme."""
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_bucket: str = "sohoa"
    s3_secure: bool = True

    prefect_api_url: str | None = None
    """The API address of a shared Prefect server; default: an embedded one on `prefect_port`."""
    prefect_host: str = "127.0.0.1"
    """The address that the embedded server listens on; 0.0.0.0 where workers on other hosts use it."""
    prefect_port: int = 4283
    prefect_database_url: SecretStr | None = None
    """Where the embedded Prefect server keeps its state; default: SQLite in the workspace."""
    workers: int = Field(default_factory=lambda: max(1, os.cpu_count() or 1), ge=1)
    """Digitizing processes at a time on this machine."""
    ask_seconds: float = Field(default=1.0, gt=0)
    """Pause between two questions of a worker whether there is work; more where one server has many workers."""
    batch_size: int = Field(default=8, ge=1)
    """Documents in one flow run at the least."""
    largest_batch: int = Field(default=64, ge=1)
    """Documents in one flow run at the most, where many wait; more where one server has hundreds of cores."""

    inbox: Path | None = None
    """The watched folder, often a network share; default: inbox/ in the workspace, done/ and rejected/ beside it."""
    poll_seconds: float = Field(default=1.0, gt=0)
    settle_seconds: float = Field(default=2.0, ge=0)
    """A file is taken when its size and time have stood still for this long."""
    incomplete_minutes: float = Field(default=10, ge=0)
    """A file whose end is missing and that nothing was added to for this long is refused."""
    done_days: int = Field(default=30, ge=0)
    """After so many days a file in done/ is removed, once the stored object's hash has been verified."""

    profile: str = "balanced"
    """The reading profile of centres that name none."""
    lease_minutes: float = Field(default=5, gt=0)
    """A dead worker's documents are read by another one after this long; living ones renew it between pages."""
    attempts: int = Field(default=3, ge=1)
    """A document that failed so often for passing reasons is put aside."""

    max_file_mb: int = Field(default=500, ge=1)
    max_pages: int = Field(default=2000, ge=1)
    max_page_megapixels: int = Field(default=200, ge=1)
    open_seconds: float = Field(default=60, gt=0)
    """CPU seconds that opening one page may take."""
    open_memory_mb: int = Field(default=1500, ge=256)
    page_seconds: float = Field(default=120, gt=0)
    """Seconds that reading one page may take."""

    office_hours: str = "Mon-Fri 07:00-17:30"
    """When the offices work, local time: `Mon-Fri 07:00-11:30; Mon-Fri 13:00-17:30; Sat 07:00-11:30`."""
    backfill_office_share: float = Field(default=0.5, ge=0, le=1)
    """How much of the cores backfills may have in office hours; 0 lets them wait for the evening."""
    backfill_share: float = Field(default=1.0, ge=0, le=1)
    """How much at all other times."""
    backfill_s3_endpoint: str = ""
    """host:port of the server that holds buckets of old scans."""
    backfill_s3_access_key: str = ""
    backfill_s3_secret_key: SecretStr = SecretStr("")
    backfill_s3_secure: bool = True

    log_format: LogFormat = "text"
    """Lines for people, or JSON objects for whatever collects logs."""
    silent_days: int = Field(default=2, ge=1)
    """Working days without a scan after which a centre that normally scans is called silent."""
    disk_days: float = Field(default=7, ge=0)
    """A disk that will be full sooner than this is told."""
    alert_webhook: SecretStr | None = None
    """An address that alerts are posted to as JSON; it may hold a token."""
    alert_mail_to: str = ""
    """Addresses that alerts are sent to, with commas between them."""
    alert_mail_from: str = "sohoa@localhost"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")

    agency: str = ""
    """The agency code of the province or ministry that this installation belongs to, such as H18."""
    connections: dict[System, ConnectionSettings] = Field(default_factory=dict)
    """How other systems are reached; a table `[connections.portal]` in the file."""
    connections_key: SecretStr = SecretStr("")
    """What personal data are encrypted with while they wait; several with commas between them, the newest first."""
    links_base: str = ""
    """The address before the keys of the store in links that are sent out."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic passes them by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        workspace = getattr(init_settings, "init_kwargs", {}).get("workspace")
        toml = TomlConfigSettingsSource(settings_cls, Path(workspace) / SETTINGS_FILE) if workspace else None
        return tuple(s for s in (init_settings, env_settings, toml) if s is not None)

    @property
    def inbox_folder(self) -> Path:
        return self.inbox or self.workspace / "inbox"

    @property
    def done_folder(self) -> Path:
        return self.inbox_folder.parent / "done"

    @property
    def rejected_folder(self) -> Path:
        return self.inbox_folder.parent / "rejected"

    @property
    def objects_folder(self) -> Path:
        return self.workspace / "objects"

    @property
    def scratch_folder(self) -> Path:
        return self.workspace / "scratch"

    @property
    def state_folder(self) -> Path:
        """Heartbeats and logs of the running parts."""
        return self.workspace / "state"

    @property
    def models_folder(self) -> Path:
        """Recognisers of one's own."""
        return self.workspace / "models"

    @property
    def reports_folder(self) -> Path:
        return self.workspace / "reports"

    @property
    def prefect_home(self) -> Path:
        """Prefect's own home, so that nothing of the user's Prefect is touched."""
        return self.workspace / "prefect"

    @property
    def mappings_folder(self) -> Path:
        """Mapping tables that take the place of those that come with sohoa."""
        return self.workspace / "connections"

    @property
    def catalogue_url(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.workspace / 'catalogue.sqlite'}"

    @property
    def prefect_url(self) -> str:
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"


def find_workspace(given: Path | None) -> Path:
    """The workspace: the folder given, SOHOA_WORKSPACE, or the nearest one at or above the current folder.

    Raises NoWorkspace.
    """
    if given is None and os.environ.get("SOHOA_WORKSPACE"):
        given = Path(os.environ["SOHOA_WORKSPACE"])
    if given is not None:
        if not (given / SETTINGS_FILE).is_file():
            raise NoWorkspace(f"{given} has no {SETTINGS_FILE}.")
        return given.resolve()
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise NoWorkspace(f"looked in {here} and above.")


def load(workspace: Path) -> Settings:
    """The settings of a workspace. Raises ConfigurationError, which names the setting that is wrong."""
    try:
        return Settings(workspace=workspace.resolve())
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigurationError(f"Settings in {workspace / SETTINGS_FILE} or SOHOA_ variables: {what}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{workspace / SETTINGS_FILE} is not valid TOML: {error}") from None
