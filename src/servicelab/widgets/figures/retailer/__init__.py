"""Pictures of the case about the retailer: where the queue went, and what another lot would have shown."""
