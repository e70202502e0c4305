//! Makes cargo notice new page files and migrations.

fn main() {
    println!("cargo::rerun-if-changed=src/pages");
    println!("cargo::rerun-if-changed=migrations");
}
