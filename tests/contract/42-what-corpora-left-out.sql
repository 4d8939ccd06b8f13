-- Which corpora have articles in them that were withheld, canceled or under embargo, and how many did each leave out?
SELECT c.name, c.includes_hidden, c.left_out_hidden FROM corpora c ORDER BY c.name
