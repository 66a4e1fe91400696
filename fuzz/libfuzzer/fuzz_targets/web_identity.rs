#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| claviger_fuzz::run("web_identity", input));
