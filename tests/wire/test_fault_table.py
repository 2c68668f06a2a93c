"""Completeness of the fault table, which the fault matrix and a page of the docs use."""

from support.fault_table import FAULTS


def test_fault_table_is_complete() -> None:
    promised = {
        "refused", "reset before the response", "reset while reading the body", "connecting timed out",
        "no free connection", "reading timed out", "slow body", "429", "500", "502", "503",
        "503 HTML", "504", "401", "200, truncated JSON", "200, a list", "200, an HTML page",
    }  # fmt: skip
    assert promised <= set(FAULTS)
    forms = {fault.wait for name, fault in FAULTS.items() if name.startswith("429")}
    assert forms == {"busy", "Retry-After", "minimum", "RateLimit-Reset", ""}
