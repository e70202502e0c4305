rally::pages!(pages);

fn main() {}
