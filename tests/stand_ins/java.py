"""A Java runtime, which Spark needs."""

import os
import shutil
import subprocess


def missing_java() -> str | None:
    """Install a JRE where that is possible, and return why there is none here; None where there is one."""
    if not _runs() and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False, capture_output=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "openjdk-17-jre-headless"], check=False, capture_output=True
        )
    return None if _runs() else "there is no Java runtime here, and apt cannot install one"


def _runs() -> bool:
    java = shutil.which("java")
    return (
        java is not None and subprocess.run([java, "-version"], check=False, capture_output=True).returncode == 0
    )
