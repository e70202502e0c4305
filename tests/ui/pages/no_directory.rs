rally::pages!("src/no_such_pages");

fn main() {}
