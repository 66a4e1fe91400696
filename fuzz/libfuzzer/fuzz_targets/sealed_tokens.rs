#![no_main]
libfuzzer_sys::fuzz_target!(|input: &[u8]| claviger_fuzz::run("sealed_tokens", input));
