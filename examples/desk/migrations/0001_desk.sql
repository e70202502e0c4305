CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,
    -- 'customer' or 'agent'
    role TEXT NOT NULL
);

-- Times are Unix seconds.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    created_at INTEGER NOT NULL
);

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY,
    customer INTEGER NOT NULL REFERENCES account (id),
    title TEXT NOT NULL,
    -- 'open', 'solved' or 'closed'
    status TEXT NOT NULL DEFAULT 'open',
    changed_at INTEGER NOT NULL
);

CREATE INDEX ticket_customer ON ticket (customer);
CREATE INDEX ticket_status ON ticket (status, changed_at);

CREATE TABLE comment (
    id INTEGER PRIMARY KEY,
    ticket INTEGER NOT NULL REFERENCES ticket (id),
    account INTEGER NOT NULL REFERENCES account (id),
    text TEXT NOT NULL
);

CREATE INDEX comment_ticket ON comment (ticket);

CREATE TABLE attachment (
    -- The name of the file on disk.
    file TEXT NOT NULL PRIMARY KEY,
    comment INTEGER NOT NULL REFERENCES comment (id),
    -- The name that the visitor's file had.
    name TEXT NOT NULL
);

CREATE INDEX attachment_comment ON attachment (comment);
