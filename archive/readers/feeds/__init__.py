"""Feeds of news sites and blogs, in XML and in JSON, and what WordPress exports. docs/feeds.md has the details."""
