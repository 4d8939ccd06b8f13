"""Files that are packed: what a zip or a tar holds, and single files made smaller. docs/bundles.md has the details."""
