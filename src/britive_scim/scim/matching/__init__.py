"""How a filter is applied to resources: understood once, then evaluated on data of any kind."""
