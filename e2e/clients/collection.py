"""Puts Ansible's amazon.aws collection into the environment that runs this, without the hundred others that come with it."""

import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "ansible==12.3.0"
COLLECTION = "ansible_collections/amazon/aws/"

with tempfile.TemporaryDirectory() as folder:
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*download, "--no-deps", "--dest", folder, PACKAGE], check=True)
    (wheel,) = Path(folder).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        wanted = [name for name in archive.namelist() if name.startswith(COLLECTION)]
        archive.extractall(sysconfig.get_path("purelib"), wanted)
