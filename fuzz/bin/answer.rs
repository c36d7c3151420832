#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| api_gateway_fuzz::answer::run(input));
