-- Unix seconds. The sessions there are begin now: nobody knows when they did.
ALTER TABLE session ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
UPDATE session SET created_at = unixepoch();
CREATE INDEX session_created_at ON session (created_at);
