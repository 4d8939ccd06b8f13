"""Documents of word processors, and PDF. docs/office.md says which value comes from where."""
