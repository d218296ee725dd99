//! Gives the module the stack that a program has natively: a plan may be as deep as a server reads it, and is encoded by
//! recursion. Memory that is not used is not taken.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-cdylib=-zstack-size=8388608");
    }
}
