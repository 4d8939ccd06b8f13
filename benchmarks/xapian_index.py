"""Index text files by Xapian, the engine that notmuch keeps mails in, as notmuch has it do it; prints how many.

    python benchmarks/xapian_index.py FOLDER DATABASE

Of each file the words with their places and their English stems, those of the first line as of a subject, and a term
for its name: as `_notmuch_message_gen_terms` does it (lib/message.cc and lib/open.cc of notmuch). notmuch does more: it
takes a mail apart and looks up to which conversation it belongs. So it can't be quicker.
"""

import sys
from pathlib import Path

import xapian


def main() -> None:
    folder, target = map(Path, sys.argv[1:])
    database = xapian.WritableDatabase(str(target), xapian.DB_CREATE)
    generator = xapian.TermGenerator()
    generator.set_stemmer(xapian.Stem("english"))
    number = 0
    for file in folder.rglob("*.txt"):
        subject, _, body = file.read_text(encoding="utf-8").partition("\n")
        document = xapian.Document()
        generator.set_document(document)
        generator.index_text(subject, 1, "XSUBJECT")
        generator.increase_termpos()
        generator.index_text(body)
        document.add_boolean_term(f"XFILE{file.name}")
        document.set_data(str(file))
        database.add_document(document)
        number += 1
    database.commit()
    database.close()
    print(number)


if __name__ == "__main__":
    main()
