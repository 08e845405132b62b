//! Tells Cargo that the binary embeds the page: built anew, it is embedded anew.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
}
