const ALL: rally::db::Migrations = rally::migrations!();

fn main() {}
