"""Full-text search: what differs between engines stands in one module for each."""
