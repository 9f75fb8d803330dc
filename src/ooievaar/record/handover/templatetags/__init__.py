"""Tags of handing over."""
