"""Tables: each row is a record of one article. docs/tables.md says which column gives what."""
