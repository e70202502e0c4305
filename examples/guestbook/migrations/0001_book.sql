-- IF NOT EXISTS: a book that is older than its migrations has these tables.
CREATE TABLE IF NOT EXISTS account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id)
);

CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    text TEXT NOT NULL,
    picture TEXT
);
