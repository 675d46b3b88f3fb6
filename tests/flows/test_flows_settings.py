import os
import sys
from pathlib import Path

import pytest

from flows import settings as settings_module
from flows.prefect_environment import environment
from pipeline.errors import ConfigurationError, NoWorkspace


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SOHOA_WORKSPACE", raising=False)
    (tmp_path / "sohoa.toml").write_text("")
    return tmp_path


def test_defaults_are_embedded_and_inside_the_workspace(workspace: Path) -> None:
    settings = settings_module.load(workspace)
    assert settings.catalogue_url == f"sqlite:///{workspace}/catalogue.sqlite"
    assert settings.store == "folder"
    for folder in (settings.inbox_folder, settings.done_folder, settings.rejected_folder, settings.prefect_home):
        assert folder.is_relative_to(workspace)


def test_a_variable_wins_over_the_file(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (workspace / "sohoa.toml").write_text("batch_size = 3\nworkers = 5\n")
    monkeypatch.setenv("SOHOA_BATCH_SIZE", "7")
    settings = settings_module.load(workspace)
    assert (settings.batch_size, settings.workers) == (7, 5)


def test_a_misspelt_setting_is_named(workspace: Path) -> None:
    (workspace / "sohoa.toml").write_text("batchsize = 3\n")
    with pytest.raises(ConfigurationError, match="batchsize"):
        settings_module.load(workspace)


def test_a_broken_settings_file_is_an_error_of_ours(workspace: Path) -> None:
    (workspace / "sohoa.toml").write_text("batch_size = = 3\n")
    with pytest.raises(ConfigurationError, match=r"sohoa\.toml"):
        settings_module.load(workspace)


def test_secrets_are_not_shown(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_S3_SECRET_KEY", "swordfish")
    monkeypatch.setenv("SOHOA_DATABASE_URL", "postgresql+psycopg://sohoa:swordfish@db/sohoa")
    settings = settings_module.load(workspace)
    assert "swordfish" not in repr(settings)
    assert "swordfish" in settings.catalogue_url


def test_the_workspace_is_found_from_a_folder_below(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = workspace / "inbox" / "H18.25"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert settings_module.find_workspace(None) == workspace


def test_a_folder_without_a_workspace_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOHOA_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoWorkspace, match="sohoa init"):
        settings_module.find_workspace(None)


def test_nothing_of_the_users_own_prefect_is_used(workspace: Path) -> None:
    settings = settings_module.load(workspace)
    mine = {"PREFECT_API_URL": "https://cloud.example/api", "PREFECT_API_KEY": "secret", "PATH": "/bin"}
    found = environment(settings, mine)
    assert "PREFECT_API_KEY" not in found
    assert found["PREFECT_API_URL"] == f"http://127.0.0.1:{settings.prefect_port}/api"
    assert ":4200" not in found["PREFECT_API_URL"]
    assert Path(found["PREFECT_HOME"]).is_relative_to(workspace)
    assert str(workspace) in found["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    assert found["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert (found["PREFECT_WORKER_QUERY_SECONDS"], found["PREFECT_WORKER_HEARTBEAT_SECONDS"]) == ("1", "30")
    assert found["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/bin"]


def test_workers_that_ask_seldom_seldom_say_that_they_live(workspace: Path) -> None:
    (workspace / "sohoa.toml").write_text("ask_seconds = 20.5\n")
    found = environment(settings_module.load(workspace))
    assert (found["PREFECT_WORKER_QUERY_SECONDS"], found["PREFECT_WORKER_HEARTBEAT_SECONDS"]) == ("20.5", "62")
