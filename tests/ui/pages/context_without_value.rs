rally::pages!("src/pages", context);

fn main() {}
