"""The table of faults, which the tests of both clients and a page of the docs read, is complete."""

from support.fault_table import FAULTS


def test_the_table_has_every_trouble_and_every_form_of_a_wait() -> None:
    """What is promised is in the table; the promise is not read off the table."""
    promised = {
        "refused", "reset before the response", "reset while reading the body", "connecting timed out",
        "no free connection", "reading timed out", "slow body", "429", "500", "502", "503",
        "503 HTML", "504", "401", "200, truncated JSON", "200, a list", "200, an HTML page",
    }  # fmt: skip
    assert promised <= set(FAULTS)
    forms = {fault.wait for name, fault in FAULTS.items() if name.startswith("429")}
    assert forms == {"busy", "Retry-After", "minimum", "RateLimit-Reset", ""}
