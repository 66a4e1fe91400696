//! AWS's own managed policies.

use claviger_iam::AwsManagedPolicy;
use std::collections::BTreeSet;

#[test]
fn each_can_be_read_and_found_by_its_arn() {
    let mut ids = BTreeSet::new();
    for policy in AwsManagedPolicy::all() {
        assert_eq!(
            policy.arn(),
            format!("arn:aws:iam::aws:policy/{}", policy.name)
        );
        let found = AwsManagedPolicy::of_arn(&policy.arn()).unwrap();
        assert_eq!(found.id, policy.id);
        assert!(std::sync::Arc::ptr_eq(
            &policy.policy().unwrap(),
            &found.policy().unwrap()
        ));
        assert!(policy.created_ms <= policy.updated_ms && policy.version > 0);
        assert!(policy.id.starts_with("ANPA") && policy.id.len() == 21);
        ids.insert(policy.id);
    }
    assert_eq!(ids.len(), 3);
}

#[test]
fn others_do_not_exist() {
    for arn in [
        "",
        "AdministratorAccess",
        "arn:aws:iam::aws:policy/administratoraccess",
        "arn:aws:iam::aws:policy/job-function/AdministratorAccess",
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::111122223333:policy/AdministratorAccess",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
    ] {
        assert!(AwsManagedPolicy::of_arn(arn).is_none(), "{arn}");
    }
}
