#!/usr/bin/env bash
# Imports the collection of this folder into a new archive, demo.db, and shows what the archive then knows about it.
# `make demo` runs it; $ARCHIVE is the command (default: archive).
set -u
cd "$(dirname "$0")/.."
archive=${ARCHIVE:-archive}
export ARCHIVE_DB=${ARCHIVE_DB:-demo.db} COLUMNS=${COLUMNS:-100}
rm -f "$ARCHIVE_DB" "$ARCHIVE_DB-wal" "$ARCHIVE_DB-shm"

# run LINES COMMAND…: shows a command and the first lines of what it answers
run() {
    local lines=$1 status
    shift
    printf '$ archive'
    printf ' %s' "${@@Q}" | sed "s/'\([-a-z0-9_/.]*\)'/\1/g"
    echo
    "$archive" "$@" 2>&1 | head -n "$lines"
    status=${PIPESTATUS[0]}
    echo
    return "$status"
}

echo "# 19 files with the defects of a real collection; one is a picture. Every file has an outcome, nothing is guessed."
run 5 import --quiet seeds/articles
test $? -eq 1 || { echo "demo: the import should have failed for one file, the picture"; exit 1; }

echo "# Words, in any script, with the passages that match."
run 8 search satellite city --limit 2 || exit 1

key=$("$archive" search satellite city -f csv | sed -n '2s/,.*//p')
echo "# Why that article is titled, dated and tagged as it is, and what was set aside of its text."
"$archive" why "$key" > demo.txt || exit 1
echo "\$ archive why $key"
sed -n '1,/^Topics/p;/^Belarus (/,/^[A-Z]/{/^ /p};/^Dates/,$p' demo.txt | cut -c -100 | grep -v '^ *$' | head -n 18
rm -f demo.txt
echo

echo "# Imported again, nothing is written but that it was looked at."
run 1 import --quiet seeds/articles
echo "# One text at two outlets: two articles. In SQL:"
run 6 sql "SELECT s.name, a.published, a.key FROM articles a JOIN sources s ON s.id = a.source_id \
JOIN article_revisions r ON r.id = a.revision_id WHERE r.fingerprint IN \
(SELECT fingerprint FROM article_revisions GROUP BY fingerprint HAVING count(DISTINCT article_id) > 1)" || exit 1
echo "# Of how many articles is a topic, or one below it?"
run 1 count --topic economy || exit 1

cat <<END
The archive is $ARCHIVE_DB. Next (the command is in .venv/bin; all take --help):
  export ARCHIVE_DB=$ARCHIVE_DB; archive list; archive show $key; archive imports show 1
  archive --db my.db import YOUR-FOLDER
END
