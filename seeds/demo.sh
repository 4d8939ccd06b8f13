#!/usr/bin/env bash
# Imports the collection of this folder into a new archive, demo.db, and shows what the archive then knows about it.
# `make demo` runs it; $ARCHIVE is the command (default: archive), $ARCHIVE_DB the archive.
set -u
cd "$(dirname "$0")/.."
archive=${ARCHIVE:-archive}
export ARCHIVE_DB=${ARCHIVE_DB:-demo.db} COLUMNS=${COLUMNS:-100}
rm -f "$ARCHIVE_DB" "$ARCHIVE_DB-wal" "$ARCHIVE_DB-shm"

# show COMMAND…: shows a command and what it answers; fails where it failed
show() {
    printf '$ archive'
    for word; do [[ $word == *[\ \*]* ]] && printf ' "%s"' "$word" || printf ' %s' "$word"; done
    printf '\n'
    "$archive" "$@" 2>&1
}

stop() {
    echo "demo: $1" >&2
    exit 1
}

echo "# 19 files with the defects of real collections; one is a picture. All have an outcome, nothing is guessed."
show import --quiet seeds/articles
test $? -eq 1 || stop "the import should have said that one file failed, the picture"

printf '\n# Words in any script, with the passages that match.\n'
show search satellite city || stop "the search failed"
show search 工业园

key=$("$archive" search satellite city -f csv | sed -n '2s/,.*//p')
printf '\n# Why is that article titled, dated and tagged so, and what was set aside of its text? (A part of the answer.)\n'
show why "$key" | sed -n -e '1p' -e '/^Values/,/^published/p' -e '/^Belarus (/,/more$/p' -e '/^Dates/,/^trailing/{/./p}'

printf '\n# The same folder again: nothing is written but that it was looked at.\n'
show import --quiet seeds/articles | sed -e '/^failed/d' -e '/^not stated/d'
printf '\n# One text at two outlets is two articles, and one text. Counted on the command line, and in SQL:\n'
show count --unit texts || stop "the count failed"
show sql "SELECT count(*) AS articles, count(DISTINCT fingerprint) AS texts FROM articles a \
JOIN article_revisions r ON r.id = a.revision_id" || stop "the query failed"

cat <<END

The archive is $ARCHIVE_DB; the command is .venv/bin/archive. Next:
  export ARCHIVE_DB=$ARCHIVE_DB; archive list; archive show $key; archive imports show 1; archive --help
  archive --db my.db import YOUR-FOLDER
END
