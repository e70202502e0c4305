const ALL: rally::db::Migrations = rally::migrations!("no_such_migrations");

fn main() {}
