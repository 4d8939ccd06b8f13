-- May each article be published, until when not, and what do wire services say of it beside its headline?
SELECT a.key, a.status, a.embargo, a.embargo_until, a.slugline, a.dateline FROM articles a ORDER BY a.key
