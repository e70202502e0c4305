const ALL: rally::db::Migrations = rally::migrations!(migrations);

fn main() {}
