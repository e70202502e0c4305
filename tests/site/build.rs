//! Makes cargo rebuild the app for a new page file.

fn main() {
    println!("cargo::rerun-if-changed=src/pages");
}
