//! Multi-Region keys as an operator handles them: with the AWS CLI in a shell script. What boto3 sees stands in `boto3/regions.py`.

use claviger_e2e::{Ground, Server};

#[test]
fn a_key_is_replicated_and_promoted() {
    let ground = Ground::new();
    let server = Server::start(&ground, &[]);
    let _ = server.shell(&ground, "regions/replicate-and-promote.sh", &[]);
    server.stop();
}
