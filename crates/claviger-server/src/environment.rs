//! `dev.env`, and what `clavigerd account create` prints: what a shell needs so that the AWS CLI and every SDK find this server.

use claviger_iam::RootCredentials;

/// The lines.
pub(crate) fn exports(
    endpoint: &str,
    root: &RootCredentials,
    region: &str,
) -> Result<Vec<u8>, std::str::Utf8Error> {
    // EXPOSE: this text, for its owner only, is how the developer gets the secret.
    let secret = std::str::from_utf8(root.secret.expose())?;
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", &root.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_DEFAULT_REGION", region),
    ];
    let lines = variables.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    Ok(lines.concat().into_bytes())
}

/// In single quotes, where a shell reads every character but the quote itself as it stands.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_can_leave_its_quotes() {
        assert_eq!(quoted("plain/+="), "'plain/+='");
        assert_eq!(quoted("a'; rm -rf $HOME"), r"'a'\''; rm -rf $HOME'");
    }
}
