-- What was forgotten, when and why, by what is it known again, and how many units of imports gave it?
SELECT s.key, d.made_at, d.who, d.reason, s.decision_id, s.wiped, h.tombstone_id, h.kind, h.sha256,
       (SELECT count(*) FROM import_items i WHERE i.tombstone_id = s.id) AS units
  FROM tombstones s
  JOIN decisions d ON d.id = s.decision_id
  LEFT JOIN forgotten_hashes h ON h.tombstone_id = s.id
 ORDER BY s.key, s.decision_id, h.kind, h.sha256
