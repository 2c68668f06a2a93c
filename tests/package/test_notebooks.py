"""The notebooks of the documentation run, and show no token."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from britive_scim.testing import Tenant

pytest.importorskip("nbclient")
run_notebook = pytest.importorskip("run_notebook")

pytestmark = [
    pytest.mark.proof,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of the kernel's libraries
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

NOTEBOOKS: list[Path] = run_notebook.list_notebooks()


def test_there_is_a_notebook() -> None:
    assert [path.name for path in NOTEBOOKS] == ["explore.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_outputs_are_those_of_a_new_run(path: Path) -> None:
    new = run_notebook.run_notebook(path)
    assert new == path.read_text("utf-8")
    tenant = Tenant("acme", seed=1, clock=datetime(2026, 1, 5, 9, tzinfo=UTC))
    provider = tenant.identity_providers["Okta"]
    tokens = [tenant.api_token, provider.scim_token]
    for token in tokens:
        secret = token if isinstance(token, str) else token.get_secret_value()
        assert len(secret) > 20
        assert secret not in new
