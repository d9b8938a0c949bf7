"""What stops ``manage.py serve`` before it starts, each with its cure. The journeys start it for real."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands.serve import listening, sole_server


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=rf"port {port}: Address already in use.*--port"):
            listening("127.0.0.1", port).__enter__()


def test_a_host_that_is_not_this_machine_is_named() -> None:
    with pytest.raises(CommandError, match=r"Cannot listen at 192\.0\.2\.1"):
        listening("192.0.2.1", 8000).__enter__()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only a file has one server")
def test_a_second_server_of_one_folder_is_told_about_the_first(tmp_path: Path) -> None:
    with sole_server(tmp_path), pytest.raises(CommandError, match=r"Process \d+ already serves.*VAR_DIR"):
        sole_server(tmp_path).__enter__()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only a file has one server")
def test_a_folder_is_free_again_when_its_server_has_ended(tmp_path: Path) -> None:
    with sole_server(tmp_path):
        pass

    with sole_server(tmp_path):
        pass


def test_without_a_worker_and_without_a_broker_no_task_would_run(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"

    with pytest.raises(CommandError, match="REDIS_URL"):
        call_command("serve", "--no-worker")
