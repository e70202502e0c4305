//! Tests of migrations that change tables with foreign keys.

use super::*;

const SHOP: (&str, &str) = (
    "1_shop.sql",
    "CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
     CREATE TABLE product (
         id INTEGER PRIMARY KEY, name TEXT NOT NULL,
         kind INTEGER NOT NULL REFERENCES kind ON DELETE CASCADE
     );
     INSERT INTO kind VALUES (1, 'drink');
     INSERT INTO product VALUES (1, 'tea', 1), (2, 'coffee', 1);",
);

/// If foreign keys were enforced during the migration, DROP TABLE would delete all
/// products.
#[tokio::test]
async fn rebuilding_a_table_keeps_the_rows_that_refer_to_it() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let rebuild = "CREATE TABLE new_kind (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> '')
            );
            INSERT INTO new_kind SELECT id, name FROM kind;
            DROP TABLE kind;
            ALTER TABLE new_kind RENAME TO kind;";
        run(&db, &[SHOP, ("2_rebuild.sql", rebuild)]).await.unwrap();
        assert_eq!(column(&db, "SELECT name FROM product").await, ["tea", "coffee"]);
        // After the migration, foreign keys are enforced again, also for the new table.
        write(&db, "DELETE FROM kind").await;
        assert!(column(&db, "SELECT name FROM product").await.is_empty());
    }
}

#[tokio::test]
async fn a_file_that_violates_foreign_keys_is_rolled_back() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let error = run(&db, &[SHOP, ("2_clear.sql", "DELETE FROM kind")]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`2_clear.sql` leaves rows that refer to missing rows (rows of `product` that refer to \
             `kind`: 2). The file was rolled back: remove or change those rows in the file, too"
        );
        assert!(matches!(error, MigrationError::ForeignKeysViolated { violations, .. }
            if violations == [("product".to_owned(), "kind".to_owned(), 2)]));
        assert_eq!(last(&db).await, [1]);
        assert_eq!(column(&db, "SELECT name FROM kind").await, ["drink"]);
        let both = "DELETE FROM kind; DELETE FROM product;";
        run(&db, &[SHOP, ("2_clear.sql", both)]).await.unwrap();
    }
}

/// SQLite cannot check references to a column that is not unique.
#[tokio::test]
async fn a_reference_that_cannot_be_checked_fails() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let wrong = "CREATE TABLE label (name TEXT NOT NULL, kind TEXT REFERENCES kind (name))";
        let error = run(&db, &[SHOP, ("2_label.sql", wrong)]).await.unwrap_err();
        assert!(matches!(&error, MigrationError::MigrationFailed { statement: None, .. }));
        let expected = "cannot commit the transaction of `2_label.sql`: error returned from database: (code: 1) \
                        foreign key mismatch - \"label\" referencing \"kind\". The file was rolled \
                        back: fix the file, and start the app again";
        assert_eq!(error.to_string(), expected);
        assert_eq!(last(&db).await, [1]);
    }
}

/// SQLite ignores `PRAGMA foreign_keys` within a transaction.
#[tokio::test]
async fn a_file_cannot_turn_on_foreign_keys() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let sql = "PRAGMA foreign_keys = ON; DROP TABLE kind; \
                   CREATE TABLE kind (id INTEGER PRIMARY KEY); INSERT INTO kind VALUES (1);";
        run(&db, &[SHOP, ("2_kind.sql", sql)]).await.unwrap();
        assert_eq!(column(&db, "SELECT name FROM product").await.len(), 2);
    }
}
