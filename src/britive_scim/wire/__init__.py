"""One HTTP exchange as values: request, response, retry decision. No I/O.

- `operation`, `requests`: requests as immutable values, checked before sending;
- `response`, `decoding`: responses, and their decoding into a value or one exception;
- `paging`: state of a list that is read page by page;
- `retry`: decisions about another attempt;
- `settings`, `protocols`, `credentials`, `base_url`, `tenant_url`, `proxy`: validation of client arguments;
- `recording`, `tooling`: recordings, operation index, dry run, connection report, tracing attributes.
"""
