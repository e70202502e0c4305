rally::pages!("src/pages", layout = crate::layout::Model);

fn main() {}
