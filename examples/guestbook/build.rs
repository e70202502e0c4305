//! Lets cargo notice a new page file.

fn main() {
    println!("cargo::rerun-if-changed=src/pages");
}
