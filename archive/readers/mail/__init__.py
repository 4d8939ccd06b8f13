"""Mail, posts of newsgroups, and mailboxes of them. docs/mail.md says which value comes from where."""
