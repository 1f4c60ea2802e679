"""Pictures of module 02: waits, loads, what approvals stop, weeks on a control chart."""
