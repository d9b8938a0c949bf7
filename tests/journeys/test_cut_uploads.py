"""Photos over a bad line, sent by clients that others wrote: cut half-way, resumed, and shown in the end."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from PIL import Image
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.journeys.conftest import Town
from tests.journeys.cutter import bad_line
from tests.journeys.server import ROOT, until

pytestmark = pytest.mark.journey

NODE = Path(sys.executable).parent / "node"
SCRIPT = """
const tus = require("tus-js-client");
const [file, endpoint] = process.argv.slice(1);
const offsets = [];
const upload = new tus.Upload(require("fs").readFileSync(file), {
  endpoint,
  retryDelays: [100, 500, 1000, 2000, 4000],
  metadata: {filename: "hole.jpg"},
  onBeforeRequest: (request) => {
    if (request.getMethod() === "PATCH") offsets.push(Number(request.getHeader("Upload-Offset")));
  },
  onError: (error) => { console.error(String(error)); process.exit(1); },
  onSuccess: () => console.log(JSON.stringify({url: upload.url, offsets})),
});
upload.start();
"""


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo of some megabytes: noise does not compress."""
    path = tmp_path_factory.mktemp("photo") / "hole.jpg"
    Image.effect_noise((2000, 1400), 120).convert("RGB").save(path, "JPEG", quality=92)
    return path


def _attach(town: Town, address: str, photo: Path) -> None:
    """A report is sent after its photo was; the photo becomes part of it, and is drawn."""
    phone = town.phone()
    phone.report("pothole")
    url, headers = f"/reports/{phone.receipt.code}/photos/", phone.receipt.headers
    added = town.web.post(url, json={"upload": address}, headers=headers)
    assert added.status_code == 201, added.text
    code = added.json()["code"]

    def drawn() -> Any:
        shown = town.web.get(url, headers=headers).json()
        return next((one for one in shown if one["code"] == code and one["state"] == "ready"), None)

    answer = httpx.get(f"{town.server.url}{until(drawn, 'the photo, drawn')['urls']['large']}")
    assert (answer.status_code, Image.open(io.BytesIO(answer.content)).size) == (200, (1920, 1344))
    original = town.server.folder / "media" / "quarantine" / code
    assert original.read_bytes() == photo.read_bytes()


def test_tuspy_resumes_where_the_line_was_cut(town: Town, photo: Path) -> None:
    size = photo.stat().st_size
    with bad_line(town.server.port, size // 2) as line, photo.open("rb") as file:
        uploader = TusClient(f"{line.url}/api/v1/uploads/").uploader(file_stream=file)
        with pytest.raises((TusCommunicationError, requests.exceptions.ConnectionError, ConnectionError)):
            uploader.upload()
        kept = until(lambda: _offset(str(uploader.url)), "bytes of the cut request")

        again = TusClient(f"{line.url}/api/v1/uploads/").uploader(file_stream=file, url=uploader.url)
        resumed_at = again.offset
        again.upload()

    assert (line.cuts, 0 < kept < size, resumed_at) == (1, True, kept)
    assert again.offset == size
    _attach(town, str(uploader.url), photo)


@pytest.mark.skipif(
    not NODE.exists() or not (ROOT / "node_modules" / "tus-js-client").is_dir(),
    reason="tus-js-client is not installed: run make setup",
)
def test_tus_js_client_resumes_where_the_line_was_cut(town: Town, photo: Path) -> None:
    size = photo.stat().st_size
    with bad_line(town.server.port, size // 2) as line:
        command = [str(NODE), "-e", SCRIPT, str(photo), f"{line.url}/api/v1/uploads/"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert line.cuts == 1
    assert said["offsets"][0] == 0
    assert 0 < said["offsets"][-1] < size
    _attach(town, said["url"], photo)


def _offset(url: str) -> int:
    answer = httpx.head(url, headers={"Tus-Resumable": "1.0.0"})
    return int(answer.headers["Upload-Offset"])
