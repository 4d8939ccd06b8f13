-- Which imports were there, and what became of all that they read?
SELECT m.id, m.started_at, m.finished_at, m.status, m.reason, m.arguments, m.program_version, m.process,
       count(*) AS units, sum(i.outcome = 'added') AS added, sum(i.outcome = 'revised') AS revised,
       sum(i.outcome = 'unchanged') AS unchanged, sum(i.outcome = 'duplicate') AS duplicate,
       sum(i.outcome = 'failed') AS failed
  FROM imports m
  JOIN import_items i ON i.import_id = m.id
 GROUP BY m.id
 ORDER BY m.id
