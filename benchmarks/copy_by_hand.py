"""What whoever needs no archive would do: texts into one table, words into a tsvector, and an index of them.

python copy_by_hand.py FOLDER URL       prints how many files there were
"""

import os
import sys

import psycopg

MAKE = "CREATE TABLE texts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, headline text, body text)"
WORDS = (
    "ALTER TABLE texts ADD vector tsvector",
    "UPDATE texts SET vector = setweight(to_tsvector('simple', headline), 'A') || to_tsvector('simple', body)",
    "CREATE INDEX ON texts USING gin (vector)",
)


def copy_and_index(folder: str, url: str) -> int:
    """Return how many files there are in a folder and below it, each a row: its first line, and what follows."""
    number = 0
    with psycopg.connect(url) as connection:
        connection.execute(MAKE)
        with connection.cursor() as cursor, cursor.copy("COPY texts (headline, body) FROM STDIN") as copy:
            for path, _, names in os.walk(folder):
                for name in names:
                    with open(os.path.join(path, name), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - as quick
                        headline, _, body = file.read().partition("\n\n")
                    copy.write_row((headline, body))
                    number += 1
        for statement in WORDS:
            connection.execute(statement)
    return number


if __name__ == "__main__":
    print(copy_and_index(sys.argv[1], sys.argv[2]))
