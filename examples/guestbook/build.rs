//! Lets cargo notice a new page file, and a new migration.

fn main() {
    println!("cargo::rerun-if-changed=src/pages");
    println!("cargo::rerun-if-changed=migrations");
}
