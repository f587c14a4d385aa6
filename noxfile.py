"""The checks, one session each: ``nox`` runs those of every commit, ``nox --list`` shows all. See CONTRIBUTING.md."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["checks", "docs", "package", "tests-3.11"]

ROOT = Path(__file__).parent
PYTHONS = ["3.11", "3.12", "3.13"]
SUITE = ("python", "-m", "pytest", "-q", "-n", "auto")


@nox.session
def checks(session: nox.Session) -> None:
    """Style, types, imports, spelling."""
    session.install("-e", ".[dev,bench]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("pyright")
    session.run("lint-imports")
    session.run("codespell")


@nox.session
def docs(session: nox.Session) -> None:
    """The site, warnings as errors; with ``-- serve`` at http://127.0.0.1:8000 afterwards."""
    session.install("-e", ".[docs]")
    site = ROOT / "build/site"
    session.run("sphinx-build", "-q", "-j", "auto", "-W", "--keep-going", "-n", "-b", "html", "docs", str(site))
    session.log(f"the site is {site / 'index.html'}")
    if "serve" in session.posargs:
        session.run("python", "-m", "http.server", "8000", "--bind", "127.0.0.1", "--directory", str(site))


@nox.session
def package(session: nox.Session) -> None:
    """Wheel and sdist, each tried in an environment in which nothing else is."""
    session.install("build")
    out = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--outdir", str(out), silent=True)
    wheel, sdist = [max(out.glob(f"*{end}"), key=lambda file: file.stat().st_mtime) for end in (".whl", ".tar.gz")]
    for number, (file, extra) in enumerate(((wheel, ""), (wheel, "[cli]"), (sdist, ""))):
        bare = Path(session.create_tmp()) / f"bare{number}"
        session.run("python", "-m", "venv", "--clear", str(bare))
        python = str(bare / ("Scripts" if sys.platform == "win32" else "bin") / "python")
        session.run(python, "-m", "pip", "install", "-q", f"{file}{extra}", external=True, silent=True)
        with session.chdir(bare):
            session.run(python, "-W", "error", "-c", TRIAL, external=True)
            if extra:
                session.run(python, "-m", "threecommas_async", "accounts", "list", "--sandbox", external=True)


TRIAL = """
import asyncio
from threecommas_async.sandbox import Sandbox

async def main():
    async with Sandbox() as sandbox, sandbox.client() as client:
        account = await client.accounts.create(type="binance", name="Main", api_key="exchange", secret="secret")
        print(account)

asyncio.run(main())
"""


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The suite, on every Python that is installed."""
    session.install(".[test]")
    session.run(*SUITE, *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """The suite with the lowest versions of the dependencies that are allowed."""
    session.install(".[test]", *lowest_versions())
    session.run(*SUITE, *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """The lines and branches that no test runs."""
    session.install("-e", ".[test]", "coverage>=7.10")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-q", "-n", "auto", *session.posargs)
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


def lowest_versions() -> list[str]:
    """Return the lowest version of each dependency, as a requirement."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["cli"], *extras["redis"]]
    return [
        f"{name}=={version}" for name, version in re.findall(r"^([\w-]+)>=([\w.]+)", "\n".join(wanted), re.MULTILINE)
    ]
