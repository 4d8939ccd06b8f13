"""Web archives (WARC, ARC, WACZ), and pages saved as one file (MHTML). docs/web_archives.md says what is read."""
