//! Makes cargo notice new page files.

fn main() {
    println!("cargo::rerun-if-changed=src/pages");
}
