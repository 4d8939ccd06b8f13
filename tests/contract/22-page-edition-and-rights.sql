-- On which page of which edition was each article printed, and who has rights in it?
SELECT a.key, a.page, a.edition, a.rights FROM articles a ORDER BY a.key
