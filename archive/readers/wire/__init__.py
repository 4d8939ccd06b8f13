"""What news agencies send: NewsML-G2, NewsML 1, NITF, ANPA 1312, IPTC 7901. docs/wire.md says what comes from where."""
