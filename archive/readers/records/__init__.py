"""Records in JSON: lines, lists and single objects. docs/records.md says which key gives what."""
