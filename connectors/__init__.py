"""HTTP to the systems around a one-stop centre, each a `pipeline.ports.Connector`; `simulators/` stand in for them."""
